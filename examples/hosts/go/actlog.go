// Package actlog runs the audit filter of actlog in a Go program, by its C library.
package actlog

/*
#cgo CFLAGS: -I${SRCDIR}/../../../host/c/include
#cgo LDFLAGS: -lactlog
#include "actlog.h"
*/
import "C"

import (
	"errors"
	"runtime"
	"sync"
	"unsafe"
)

// Filter is the audit filter with its settings. Goroutines may share it.
type Filter struct{ handle *C.actlog_filter }

// Outcome accounts for every event of a batch: Read = Recorded + Excluded + Rejected + Faulted.
type Outcome struct {
	Read, Recorded, Excluded, Rejected, Faulted uint64
	// Records is NDJSON.
	Records []byte
}

// What a process pays for once. It is kept until the process ends.
var engine struct {
	once   sync.Once
	handle *C.actlog_engine
	err    error
}

func theEngine() (*C.actlog_engine, error) {
	engine.once.Do(func() {
		var failure *C.actlog_error
		if C.actlog_engine_new(nil, &engine.handle, &failure) != C.ACTLOG_STATUS_OK {
			engine.err = taken(failure)
		}
	})
	return engine.handle, engine.err
}

// Open makes a filter of a JSON document; the empty string means the defaults. Close it.
func Open(settings string) (*Filter, error) {
	engine, err := theEngine()
	if err != nil {
		return nil, err
	}
	var failure *C.actlog_error
	text, size := pointer(settings)
	filter := &Filter{}
	if C.actlog_filter_new(engine, text, size, &filter.handle, &failure) != C.ACTLOG_STATUS_OK {
		return nil, taken(failure)
	}
	return filter, nil
}

// Close frees the filter. No call may use it then.
func (filter *Filter) Close() {
	C.actlog_filter_free(filter.handle)
	filter.handle = nil
}

// Audit filters a batch of events: NDJSON, one event a line.
func (filter *Filter) Audit(events []byte) (Outcome, error) {
	var outcome *C.actlog_outcome
	var failure *C.actlog_error
	status := C.actlog_filter_audit(filter.handle, first(events), C.size_t(len(events)), &outcome, &failure)
	runtime.KeepAlive(events)
	if status != C.ACTLOG_STATUS_OK {
		return Outcome{}, taken(failure)
	}
	defer C.actlog_outcome_free(outcome)
	counts, records := C.actlog_outcome_counts(outcome), C.actlog_outcome_records(outcome)
	return Outcome{
		Read: uint64(counts.read), Recorded: uint64(counts.recorded), Excluded: uint64(counts.excluded),
		Rejected: uint64(counts.rejected), Faulted: uint64(counts.faulted),
		Records: append([]byte(nil), unsafe.Slice((*byte)(unsafe.Pointer(records.data)), int(records.len))...),
	}, nil
}

func taken(failure *C.actlog_error) error {
	defer C.actlog_error_free(failure)
	text := C.actlog_error_message(failure)
	return errors.New(goText(text))
}

// first gives the address of bytes; of none, nil.
func first(bytes []byte) *C.uint8_t {
	if len(bytes) == 0 {
		return nil
	}
	return (*C.uint8_t)(unsafe.Pointer(&bytes[0]))
}
