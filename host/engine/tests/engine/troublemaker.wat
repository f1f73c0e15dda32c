;; A filter that does as it is told. The first byte of a line says what becomes of it:
;;   !  panics              #  takes memory until it is refused, then panics
;;   ~  recurses for ever   =  is read, and then forgotten
;;   ?  is rejected         -  is excluded
;;   +  takes 80 MiB of memory and is recorded
;; Every other line becomes a record as it stands. `explain` tells how many batches this instance has seen, as one digit.
(module
  (import "[export]actlog:activity/filter@0.3.0" "[resource-new]auditor" (func $auditor (param i32) (result i32)))
  (memory (export "memory") 1)
  (global $free (mut i32) (i32.const 4096))
  (global $batches (mut i32) (i32.const 0))
  ;; 64: the exclusion (reason, message, entity, count); 128: the outcome; 192: the answer of open; 256: text and its place
  (data (i32.const 256) "m")

  (func $take (param $bytes i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (global.set $free (i32.add (local.get $at) (local.get $bytes)))
    (block $enough
      (loop $more
        (br_if $enough (i32.le_u (global.get $free) (i32.mul (memory.size) (i32.const 65536))))
        (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))
        (unreachable)))
    (local.get $at))

  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (call $take (local.get 3)))

  (func $recurse (param i32) (result i32)
    (i32.add (call $recurse (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))

  (func $bomb
    (loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
    (unreachable))

  ;; result<auditor, list<settings-error>>; settings that begin with "!" panic
  (func (export "actlog:activity/filter@0.3.0#[static]auditor.open") (param $at i32) (param $length i32) (result i32)
    (if (i32.and (i32.ne (local.get $length) (i32.const 0)) (i32.eq (i32.load8_u (local.get $at)) (i32.const 33)))
      (then (unreachable)))
    (i32.store8 (i32.const 192) (i32.const 0))
    (i32.store (i32.const 196) (call $auditor (i32.const 0)))
    (i32.const 192))

  (func (export "actlog:activity/filter@0.3.0#[method]auditor.audit") (param i32) (param $at i32) (param $length i32) (result i32)
    (local $end i32) (local $start i32) (local $first i32)
    (local $read i32) (local $recorded i32) (local $excluded i32) (local $rejected i32)
    (local $records i32) (local $written i32) (local $rejections i32) (local $rejection i32)
    (global.set $batches (i32.add (global.get $batches) (i32.const 1)))
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (local.set $records (call $take (i32.add (local.get $length) (i32.const 1))))
    (local.set $written (local.get $records))
    (local.set $rejections (call $take (i32.mul (local.get $length) (i32.const 28))))
    (block $done
      (loop $line
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $start (local.get $at))
        (block $ended
          (loop $byte
            (br_if $ended (i32.ge_u (local.get $at) (local.get $end)))
            (br_if $ended (i32.eq (i32.load8_u (local.get $at)) (i32.const 10)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $byte)))
        (block $next
          (br_if $next (i32.eq (local.get $at) (local.get $start)))
          (local.set $read (i32.add (local.get $read) (i32.const 1)))
          (local.set $first (i32.load8_u (local.get $start)))
          (if (i32.eq (local.get $first) (i32.const 33)) (then (unreachable)))
          (if (i32.eq (local.get $first) (i32.const 35)) (then (call $bomb)))
          (if (i32.eq (local.get $first) (i32.const 126)) (then (drop (call $recurse (i32.const 0)))))
          (br_if $next (i32.eq (local.get $first) (i32.const 61)))
          (if (i32.eq (local.get $first) (i32.const 43)) (then (drop (memory.grow (i32.const 1280)))))
          (if (i32.eq (local.get $first) (i32.const 45))
            (then (local.set $excluded (i32.add (local.get $excluded) (i32.const 1))) (br $next)))
          (if (i32.eq (local.get $first) (i32.const 63))
            (then
              (local.set $rejection (i32.add (local.get $rejections) (i32.mul (local.get $rejected) (i32.const 28))))
              (i32.store offset=0 (local.get $rejection) (i32.sub (local.get $read) (i32.const 1)))
              (i32.store8 offset=4 (local.get $rejection) (i32.const 1))
              (i32.store offset=8 (local.get $rejection) (local.get $start))
              (i32.store offset=12 (local.get $rejection) (i32.sub (local.get $at) (local.get $start)))
              (i32.store offset=16 (local.get $rejection) (i32.const 7))
              (i32.store offset=20 (local.get $rejection) (i32.const 256))
              (i32.store offset=24 (local.get $rejection) (i32.const 1))
              (local.set $rejected (i32.add (local.get $rejected) (i32.const 1)))
              (br $next)))
          (local.set $recorded (i32.add (local.get $recorded) (i32.const 1)))
          (memory.copy (local.get $written) (local.get $start) (i32.sub (local.get $at) (local.get $start)))
          (local.set $written (i32.add (local.get $written) (i32.sub (local.get $at) (local.get $start))))
          (i32.store8 (local.get $written) (i32.const 10))
          (local.set $written (i32.add (local.get $written) (i32.const 1))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $line)))
    (i32.store8 offset=64 (i32.const 0) (i32.const 0))
    (i32.store offset=68 (i32.const 0) (i32.const 256))
    (i32.store offset=72 (i32.const 0) (i32.const 1))
    (i32.store offset=84 (i32.const 0) (local.get $excluded))
    (i32.store offset=128 (i32.const 0) (local.get $read))
    (i32.store offset=132 (i32.const 0) (local.get $recorded))
    (i32.store offset=136 (i32.const 0) (local.get $recorded))
    (i32.store offset=140 (i32.const 0) (local.get $records))
    (i32.store offset=144 (i32.const 0) (i32.sub (local.get $written) (local.get $records)))
    (i32.store offset=148 (i32.const 0) (i32.const 64))
    (i32.store offset=152 (i32.const 0) (i32.ne (local.get $excluded) (i32.const 0)))
    (i32.store offset=156 (i32.const 0) (local.get $rejections))
    (i32.store offset=160 (i32.const 0) (local.get $rejected))
    (i32.const 128))

  (func (export "cabi_post_actlog:activity/filter@0.3.0#[method]auditor.audit") (param i32)
    (global.set $free (i32.const 4096)))

  ;; an event that begins with "!" panics
  (func (export "actlog:activity/filter@0.3.0#[method]auditor.explain") (param i32) (param $at i32) (param $length i32) (result i32)
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 33)) (then (unreachable)))
    (i32.store8 (i32.const 257) (i32.add (global.get $batches) (i32.const 48)))
    (i32.store (i32.const 260) (i32.const 257))
    (i32.store (i32.const 264) (i32.const 1))
    (i32.const 260))

  (func (export "actlog:activity/filter@0.3.0#[method]auditor.audit-text") (param i32 i32 i32) (result i32) (unreachable))
  (func (export "actlog:activity/filter@0.3.0#[method]auditor.capture") (param i32 i32 i32) (result i32) (unreachable))
  (func (export "actlog:activity/filter@0.3.0#[method]capture.activities") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (unreachable))
  (func (export "actlog:activity/filter@0.3.0#[method]capture.apply")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (unreachable))
  (func (export "actlog:activity/filter@0.3.0#[method]capture.emit") (param i32) (result i32) (unreachable))
  (func (export "actlog:activity/filter@0.3.0#join") (param i32 i32) (result i32) (unreachable))
  (func (export "actlog:activity/filter@0.3.0#join-text") (param i32 i32) (result i32) (unreachable))
  (func (export "actlog:activity/exchange@0.3.0#[static]translator.open") (param i32 i32) (result i32) (unreachable))
  (func (export "actlog:activity/exchange@0.3.0#[method]translator.translate") (param i32) (result i32) (unreachable))
  (func (export "actlog:activity/exchange@0.3.0#metadata") (param i32 i32) (result i32) (unreachable))
  (func (export "actlog:activity/exchange@0.3.0#settings-schema") (result i32) (unreachable))
  (func (export "actlog:activity/reference@0.3.0#catalog") (result i32) (unreachable))
  (func (export "actlog:activity/reference@0.3.0#settings-schema") (result i32) (unreachable))
  (func (export "actlog:activity/reference@0.3.0#event-schema") (result i32) (unreachable))
  (func (export "actlog:activity/reference@0.3.0#record-schema") (result i32) (unreachable)))
