//! An HTTP exchange on its way in.

use crate::error::Error;
use crate::guard::{change, free};
use crate::status::Status;
use crate::text::{given, given_text};
use actlog_engine::{Answer, Body, Header};
use std::ffi::c_char;

/// One request, and its answer if one came: made piece by piece, then given to actlog_translator_translate, which changes nothing of
/// it. It keeps copies of what it is given, and belongs to one thread at a time.
pub struct Exchange(pub(crate) actlog_engine::Exchange);

/// An exchange of which nothing is known yet. Free it with actlog_exchange_free.
#[unsafe(no_mangle)]
pub extern "C" fn actlog_exchange_new() -> *mut Exchange {
    Box::into_raw(Box::new(Exchange(actlog_engine::Exchange::default())))
}

/// Frees an exchange. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_exchange_free(exchange: *mut Exchange) {
    unsafe { free(exchange) }
}

/// The host's own id of the exchange, at most 200 bytes of UTF-8 without control characters (any other is hashed): the same each time
/// this exchange is told, and different for every other. EventId is this id, a slash, and the place of the event.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_exchange_id(exchange: *mut Exchange, id: *const c_char, len: usize) -> Status {
    unsafe {
        change(exchange, |exchange| {
            exchange.0.id = given_text(id, len, "the id")?.to_owned();
            Ok(())
        })
    }
}

/// When the request began: ISO 8601, UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_exchange_began(exchange: *mut Exchange, time: *const c_char, len: usize) -> Status {
    unsafe {
        change(exchange, |exchange| {
            exchange.0.began = Some(given_text(time, len, "the time")?.to_owned());
            Ok(())
        })
    }
}

/// The address of the client as the host saw it, UTF-8: of the connection, not of a header. A port behind it does no harm.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_exchange_client(exchange: *mut Exchange, address: *const c_char, len: usize) -> Status {
    unsafe {
        change(exchange, |exchange| {
            exchange.0.client_address = Some(given_text(address, len, "the address")?.to_owned());
            Ok(())
        })
    }
}

/// Method and target (path and query) exactly as they came: not decoded, not normalized. Bytes that are not UTF-8 become U+FFFD.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_exchange_request(
    exchange: *mut Exchange,
    method: *const c_char,
    method_len: usize,
    target: *const c_char,
    target_len: usize,
) -> Status {
    unsafe {
        change(exchange, |exchange| {
            let method = given_wire(method, method_len, "the method")?;
            exchange.0.target = given_wire(target, target_len, "the target")?;
            exchange.0.method = method;
            Ok(())
        })
    }
}

/// Adds a header field of the request; call it in their order. Bytes that are not UTF-8 become U+FFFD.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_exchange_request_header(
    exchange: *mut Exchange,
    name: *const c_char,
    name_len: usize,
    value: *const c_char,
    value_len: usize,
) -> Status {
    unsafe {
        change(exchange, |exchange| {
            exchange.0.request_headers.push(given_header(name, name_len, value, value_len)?);
            Ok(())
        })
    }
}

/// The body of the request, transfer codings undone, instead of any given before. `whole` says whether these are all its bytes; it is
/// false too where the host does not know. A request of which nothing was given has a body of which nothing is known.
///
/// A body with a Content-Encoding is not read: undo it and leave the header out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_exchange_request_body(exchange: *mut Exchange, content: *const u8, len: usize, whole: bool) -> Status {
    unsafe {
        change(exchange, |exchange| {
            exchange.0.request_body = Body { content: given(content, len, "the body")?.to_vec(), whole };
            Ok(())
        })
    }
}

/// Says that the upstream answered, and with which status. An answer that the host or another proxy made itself, such as 502 or 504,
/// is none. Without an answer nobody knows whether what was asked was done, and the events say `InDoubt`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_exchange_answer(exchange: *mut Exchange, status: u16) -> Status {
    unsafe {
        change(exchange, |exchange| {
            exchange.0.answer.get_or_insert_default().status = status;
            Ok(())
        })
    }
}

/// Adds a header field of the answer, as actlog_exchange_request_header does; ACTLOG_STATUS_BAD_ARGUMENT before actlog_exchange_answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_exchange_answer_header(
    exchange: *mut Exchange,
    name: *const c_char,
    name_len: usize,
    value: *const c_char,
    value_len: usize,
) -> Status {
    unsafe {
        change(exchange, |exchange| {
            answer_of(exchange)?.headers.push(given_header(name, name_len, value, value_len)?);
            Ok(())
        })
    }
}

/// The body of the answer, as actlog_exchange_request_body has it; ACTLOG_STATUS_BAD_ARGUMENT before actlog_exchange_answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_exchange_answer_body(exchange: *mut Exchange, content: *const u8, len: usize, whole: bool) -> Status {
    unsafe {
        change(exchange, |exchange| {
            answer_of(exchange)?.body = Body { content: given(content, len, "the body")?.to_vec(), whole };
            Ok(())
        })
    }
}

fn answer_of(exchange: &mut Exchange) -> Result<&mut Answer, Error> {
    exchange.0.answer.as_mut().ok_or_else(|| Error::argument("there is no answer yet: actlog_exchange_answer comes first"))
}

unsafe fn given_header(name: *const c_char, name_len: usize, value: *const c_char, value_len: usize) -> Result<Header, Error> {
    // SAFETY: the caller vouches for pointers and lengths.
    unsafe { Ok(Header { name: given_wire(name, name_len, "a header's name")?, value: given_wire(value, value_len, "a header's value")? }) }
}

/// What came over the wire: it may be any bytes.
unsafe fn given_wire(data: *const c_char, len: usize, what: &str) -> Result<String, Error> {
    // SAFETY: the caller vouches for pointer and length.
    Ok(String::from_utf8_lossy(unsafe { given(data.cast(), len, what) }?).into_owned())
}
