// Package actlog runs the audit filter of actlog in a Go program, by its C library.
package actlog

/*
#cgo CFLAGS: -I${SRCDIR}/../../../host/c/include
#cgo LDFLAGS: -lactlog
#include "actlog.h"
#include <stdlib.h>
*/
import "C"

import (
	"errors"
	"runtime"
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

// Open makes a filter of a JSON document; the empty string means the defaults. Close it.
func Open(settings string) (*Filter, error) {
	var engine *C.actlog_engine
	var failure *C.actlog_error
	if C.actlog_engine_new(nil, &engine, &failure) != C.ACTLOG_STATUS_OK {
		return nil, taken(failure)
	}
	defer C.actlog_engine_free(engine)
	text := C.CBytes([]byte(settings))
	defer C.free(text)
	filter := &Filter{}
	if C.actlog_filter_new(engine, (*C.char)(text), C.size_t(len(settings)), &filter.handle, &failure) != C.ACTLOG_STATUS_OK {
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
	var first *C.uint8_t
	if len(events) > 0 {
		first = (*C.uint8_t)(unsafe.Pointer(&events[0]))
	}
	status := C.actlog_filter_audit(filter.handle, first, C.size_t(len(events)), &outcome, &failure)
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
	return errors.New(C.GoStringN(text.data, C.int(text.len)))
}
