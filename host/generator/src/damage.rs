//! Events that a filter has to reject.

use crate::random::Random;

/// Damages an event so that no reading of it is right.
pub(crate) fn damage(event: String, random: &mut Random) -> String {
    let message = if event.contains("\"MessageName\":") { "\"MessageName\":" } else { "\"Message\":" };
    match random.below(4) {
        0 => cut(event, random),
        1 => event.replacen(message, "\"Massage\":", 1),
        2 => event.replacen("\"OrganizationId\":\"", "\"OrganizationId\":\"x", 1),
        _ => event.replacen('{', &format!("{{{message}\"Retrieve\","), 1),
    }
}

/// Cuts the end off.
fn cut(mut event: String, random: &mut Random) -> String {
    let mut end = random.between(1, event.len() as u32 - 1) as usize;
    while !event.is_char_boundary(end) {
        end -= 1;
    }
    event.truncate(end);
    event
}
