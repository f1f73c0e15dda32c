package actlog

/*
#include "actlog.h"
*/
import "C"

import (
	"errors"
	"runtime"
	"unsafe"
)

// Translator makes SDK events of HTTP exchanges. Goroutines may share it.
type Translator struct{ handle *C.actlog_translator }

// Exchange is one request, and its answer if one came.
type Exchange struct {
	// ID is the host's own: the same each time this exchange is told, and different for every other. At most 200 bytes.
	ID string
	// Method, and Target (path and query), exactly as they came: http.Request has the target in RequestURI.
	Method, Target string
	// Began says when the request began, ISO 8601; empty: not known.
	Began string
	// Client is the address that the host saw; empty: not known. http.Request has it in RemoteAddr.
	Client         string
	RequestHeaders []Header
	RequestBody    Body
	// Answer is nil where none came: the events then say InDoubt. One that the host made itself, such as 502, is none.
	Answer *Answer
}

// Answer is what the upstream answered.
type Answer struct {
	Status  uint16
	Headers []Header
	Body    Body
}

// Header is a header field. A name may stand more than once.
type Header struct{ Name, Value string }

// Body is a body, transfer and content codings undone, or the head of one.
type Body struct {
	Content []byte
	// Whole says whether these are all its bytes. False too where the host does not know.
	Whole bool
}

// Translation is what an exchange says.
type Translation struct {
	// Events is NDJSON, in the order of the requests: what Filter.Audit takes. It rejects none of them.
	Events []byte
	// Count says how many they are.
	Count uint32
	// Unknown is what the exchange does not say, in the order in which it was met.
	Unknown []Finding
}

// Finding is one thing that an exchange does not say.
type Finding struct {
	// Part says which request of the exchange, from 1 in a batch; 0 is the exchange itself.
	Part uint32
	// Kind is a name of the contract, such as unknown-set.
	Kind string
	// Place says where, such as path or response.body; empty for all of it.
	Place string
	// EventMissing says whether an event is, or may be, missing for it.
	EventMissing bool
	// Explanation is one sentence for people, without secrets; not to be parsed.
	Explanation string
}

// OpenTranslator makes a translator of a JSON document, which names at least the organization. Close it.
func OpenTranslator(settings string) (*Translator, error) {
	engine, err := theEngine()
	if err != nil {
		return nil, err
	}
	var failure *C.actlog_error
	text, size := pointer(settings)
	translator := &Translator{}
	if C.actlog_translator_new(engine, text, size, &translator.handle, &failure) != C.ACTLOG_STATUS_OK {
		return nil, taken(failure)
	}
	return translator, nil
}

// Close frees the translator. No call may use it then.
func (translator *Translator) Close() {
	C.actlog_translator_free(translator.handle)
	translator.handle = nil
}

// Translate tells an exchange in SDK events. The same exchange always gives the same bytes.
func (translator *Translator) Translate(exchange *Exchange) (Translation, error) {
	handle := C.actlog_exchange_new()
	defer C.actlog_exchange_free(handle)
	if err := fill(handle, exchange); err != nil {
		return Translation{}, err
	}
	var translation *C.actlog_translation
	var failure *C.actlog_error
	if C.actlog_translator_translate(translator.handle, handle, &translation, &failure) != C.ACTLOG_STATUS_OK {
		return Translation{}, taken(failure)
	}
	defer C.actlog_translation_free(translation)
	events := C.actlog_translation_events(translation)
	told := Translation{
		Events: append([]byte(nil), unsafe.Slice((*byte)(unsafe.Pointer(events.data)), int(events.len))...),
		Count:  uint32(C.actlog_translation_event_count(translation)),
	}
	var finding C.actlog_finding
	for i := C.size_t(0); C.actlog_translation_finding(translation, i, &finding) == C.ACTLOG_STATUS_OK; i++ {
		told.Unknown = append(told.Unknown, Finding{
			Part: uint32(finding.part), Kind: goText(finding.kind), Place: goText(finding.place),
			EventMissing: bool(finding.event_missing), Explanation: goText(finding.explanation),
		})
	}
	return told, nil
}

// Metadata makes the section names of a translator's settings, a JSON object, out of the organization's $metadata (CSDL as XML).
func Metadata(csdl []byte) ([]byte, error) {
	engine, err := theEngine()
	if err != nil {
		return nil, err
	}
	var buffer *C.actlog_buffer
	var failure *C.actlog_error
	status := C.actlog_engine_metadata(engine, first(csdl), C.size_t(len(csdl)), &buffer, &failure)
	runtime.KeepAlive(csdl)
	if status != C.ACTLOG_STATUS_OK {
		return nil, taken(failure)
	}
	defer C.actlog_buffer_free(buffer)
	names := C.actlog_buffer_bytes(buffer)
	return append([]byte(nil), unsafe.Slice((*byte)(unsafe.Pointer(names.data)), int(names.len))...), nil
}

// fill gives an exchange to the library, which copies it.
func fill(handle *C.actlog_exchange, exchange *Exchange) error {
	id, idLen := pointer(exchange.ID)
	if C.actlog_exchange_id(handle, id, idLen) != C.ACTLOG_STATUS_OK {
		return errors.New("the id is not UTF-8")
	}
	if began, beganLen := pointer(exchange.Began); beganLen > 0 && C.actlog_exchange_began(handle, began, beganLen) != C.ACTLOG_STATUS_OK {
		return errors.New("the time is not UTF-8")
	}
	if client, clientLen := pointer(exchange.Client); clientLen > 0 && C.actlog_exchange_client(handle, client, clientLen) != C.ACTLOG_STATUS_OK {
		return errors.New("the client's address is not UTF-8")
	}
	// What came over the wire may be any bytes, so that nothing of it is refused.
	method, methodLen := pointer(exchange.Method)
	target, targetLen := pointer(exchange.Target)
	C.actlog_exchange_request(handle, method, methodLen, target, targetLen)
	for _, header := range exchange.RequestHeaders {
		name, nameLen := pointer(header.Name)
		value, valueLen := pointer(header.Value)
		C.actlog_exchange_request_header(handle, name, nameLen, value, valueLen)
	}
	body := exchange.RequestBody
	C.actlog_exchange_request_body(handle, first(body.Content), C.size_t(len(body.Content)), C.bool(body.Whole))
	if exchange.Answer == nil {
		return nil
	}
	C.actlog_exchange_answer(handle, C.uint16_t(exchange.Answer.Status))
	for _, header := range exchange.Answer.Headers {
		name, nameLen := pointer(header.Name)
		value, valueLen := pointer(header.Value)
		C.actlog_exchange_answer_header(handle, name, nameLen, value, valueLen)
	}
	body = exchange.Answer.Body
	C.actlog_exchange_answer_body(handle, first(body.Content), C.size_t(len(body.Content)), C.bool(body.Whole))
	return nil
}

// pointer gives a copy of a text, for the time of a call.
func pointer(text string) (*C.char, C.size_t) {
	bytes := append([]byte(text), 0)
	return (*C.char)(unsafe.Pointer(&bytes[0])), C.size_t(len(text))
}

func goText(text C.actlog_text) string { return C.GoStringN(text.data, C.int(text.len)) }
