;; A rule that does as it is told. A byte of each activity (`$key`) looks up in a table what becomes of it: from 32 on, the verdict
;; that stands ready in memory; below that, 0 is keep, and the others are in `$misbehave` and at the end of `review`.
;; What stands in braces is filled in by builder.rs.
(module
  (memory (export "memory") {pages})
  (global $free (mut i32) (i32.const {free}))
  (global $after (mut i32) (i32.const 0))
  (data (i32.const {base}) "{data}")
  {start}

  (func $forever (loop $again (br $again)))

  (func $recurse (param i32) (result i32)
    (i32.add (call $recurse (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))

  (func $bomb
    (loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
    (unreachable))

  (func $take (param $bytes i32) (result i32)
    (local $at i32) (local $lacking i32)
    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (global.set $free (i32.add (local.get $at) (local.get $bytes)))
    (local.set $lacking
      (i32.sub (i32.shr_u (i32.add (global.get $free) (i32.const 65535)) (i32.const 16)) (memory.size)))
    (if (i32.gt_s (local.get $lacking) (i32.const 0))
      (then (if (i32.eq (memory.grow (local.get $lacking)) (i32.const -1)) (then (unreachable)))))
    (local.get $at))

  (func $key (param $activity i32) (result i32) {key})

  (func $misbehave (param $how i32)
    (if (i32.eq (local.get $how) (i32.const 1)) (then (unreachable)))
    (if (i32.eq (local.get $how) (i32.const 2)) (then (call $forever)))
    (if (i32.eq (local.get $how) (i32.const 3)) (then (drop (call $recurse (i32.const 0)))))
    (if (i32.eq (local.get $how) (i32.const 4)) (then (call $bomb)))
    (if (i32.eq (local.get $how) (i32.const 5)) (then (drop (i32.div_u (i32.const 1) (i32.const 0)))))
    (if (i32.eq (local.get $how) (i32.const 6)) (then (drop (i32.load (i32.const -4)))))
    ;; 7 asks for more memory than there is, and goes on without
    (if (i32.eq (local.get $how) (i32.const 7)) (then (drop (memory.grow (i32.const 60000)))))
    ;; cabi_post loops for ever or traps
    (if (i32.eq (local.get $how) (i32.const 8)) (then (global.set $after (i32.const 2))))
    (if (i32.eq (local.get $how) (i32.const 9)) (then (global.set $after (i32.const 1)))))

  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (if (i32.eq (local.get 3) (i32.const {stuck_at})) (then (call $forever)))
    (call $take (local.get 3)))

  (func (export "actlog:activity/rule@0.3.0#describe") (result i32)
    (call $misbehave (i32.const {describing}))
    (i32.const {manifest}))

  (func (export "actlog:activity/rule@0.3.0#review") (param $activity i32) (param $count i32) (result i32)
    (local $verdicts i32) (local $at i32) (local $end i32) (local $does i32) (local $given i32) (local $answer i32)
    (local.set $given (local.get $count))
    (local.set $answer (call $take (i32.const 8)))
    (local.set $verdicts (call $take (i32.mul (i32.add (local.get $count) (i32.const 1)) (i32.const {verdict}))))
    ;; one more than is wanted
    (memory.copy
      (i32.add (local.get $verdicts) (i32.mul (local.get $count) (i32.const {verdict})))
      (i32.const {verdicts})
      (i32.const {verdict}))
    (local.set $at (local.get $verdicts))
    (local.set $end (i32.add (local.get $activity) (i32.mul (local.get $count) (i32.const {activity}))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $activity) (local.get $end)))
        (local.set $does (i32.load8_u offset={table} (call $key (local.get $activity))))
        (memory.copy
          (local.get $at)
          (i32.add
            (i32.const {verdicts})
            (i32.mul
              (select (i32.sub (local.get $does) (i32.const 32)) (i32.const 0) (i32.ge_u (local.get $does) (i32.const 32)))
              (i32.const {verdict})))
          (i32.const {verdict}))
        (if (i32.lt_u (local.get $does) (i32.const 32)) (then (call $misbehave (local.get $does))))
        ;; 20 and 21: one verdict too few, one too many
        (if (i32.eq (local.get $does) (i32.const 20)) (then (local.set $given (i32.sub (local.get $count) (i32.const 1)))))
        (if (i32.eq (local.get $does) (i32.const 21)) (then (local.set $given (i32.add (local.get $count) (i32.const 1)))))
        ;; 22 and 23: ten million verdicts, without and with memory for them
        (if (i32.and (i32.eq (i32.and (local.get $does) (i32.const -2)) (i32.const 22)) (i32.ne (local.get $given) (i32.const 10000000)))
          (then
            (local.set $given (i32.const 10000000))
            (if (i32.eq (local.get $does) (i32.const 23))
              (then
                (local.set $verdicts (call $take (i32.mul (local.get $given) (i32.const {verdict}))))
                (local.set $at (local.get $verdicts))))))
        ;; 24: a reason of 1 GB that is really there
        (if (i32.eq (local.get $does) (i32.const 24))
          (then
            (i32.store8 (local.get $at) (i32.const {drop}))
            (i32.store offset={payload} (local.get $at) (call $take (i32.const 1000000000)))
            (i32.store offset={length} (local.get $at) (i32.const 1000000000))))
        ;; 25 and 26: an answer beyond the memory, and at no even address
        (if (i32.eq (local.get $does) (i32.const 25)) (then (local.set $answer (i32.const -8))))
        (if (i32.eq (local.get $does) (i32.const 26)) (then (local.set $answer (i32.const {manifest_odd}))))
        (local.set $activity (i32.add (local.get $activity) (i32.const {activity})))
        (local.set $at (i32.add (local.get $at) (i32.const {verdict})))
        (br $next)))
    (if (i32.gt_s (local.get $answer) (i32.const -1))
      (then
        (i32.store offset=0 align=1 (local.get $answer) (local.get $verdicts))
        (i32.store offset=4 align=1 (local.get $answer) (local.get $given))))
    (local.get $answer))

  (func (export "cabi_post_actlog:activity/rule@0.3.0#review") (param i32)
    (call $misbehave (global.get $after))
    (global.set $free (i32.const {free}))))
