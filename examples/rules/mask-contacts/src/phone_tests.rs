use super::*;
use proptest::prelude::*;

fn all(text: &str, expected: bool) -> Vec<&str> {
    find(text, expected).map(|range| &text[range]).collect()
}

/// Numbers, each alone in a text.
const NUMBERS: [&str; 18] = [
    "+1 425 555 0100",
    "+1 (425) 555-0100",
    "+14255550100",
    "+49 (0)89 1234-5678",
    "+49.89.12345678",
    "+44 20 7946 0018",
    "+358 9 123 4567",
    "(425) 555-0100",
    "425-555-0100",
    "425.555.0100",
    "1-800-555-0199",
    "089 12345678",
    "089/123 456-78",
    "(089) 123456",
    "01 42 68 53 00",
    "020 7946 0018",
    "0049 89 12345678",
    "06\u{a0}12\u{2011}345\u{2011}678",
];

/// What is no number.
const OTHERS: [&str; 30] = [
    "",
    "+",
    "12345678",
    "0000012345",
    "2018-03-02",
    "2018-03-02T23:25:56Z",
    "2018-03-02 11:25:56",
    "02.03.2018",
    "02.03.2018 11:25",
    "3/2/2018 11:25:56 PM",
    "08.30-17.00",
    "0.1234567",
    "0,1234567",
    "1.234.567,89",
    "12 345 678",
    "192.168.100.200",
    "10.0.0.1",
    "0a0d8709-711e-e811-a952-000d3a732d76",
    "00000000-0000-0000-0000-000000000000",
    "01234567-0123-0123-0123-012345678901",
    "{0a0d8709-0711-4811-0952-000d3a732d76}",
    "ORD-01000-C5D3F1",
    "CAS-01234-567890",
    "DE89 3704 0044 0532 0130 00",
    "4111 1111 1111 1111",
    "a0123 456789b",
    "version 01.02.03.04",
    "000-000-0000",
    "+0123456789",
    "https://contoso.example/089/12345678",
];

#[test]
fn find_in_text_gives_each_number_whole() {
    for number in NUMBERS {
        assert_eq!(all(number, false), [number]);
        assert_eq!(all(&format!("call {number}, please"), false), [number]);
        assert_eq!(all(&format!("Tel.: {number}."), false), [number]);
        assert_eq!(all(&format!("<b>{number}</b>"), false), [number]);
    }
}

#[test]
fn find_in_other_groups_of_digits_gives_none() {
    for other in OTHERS {
        assert_eq!(all(other, false), [""; 0], "{other}");
    }
}

#[test]
fn find_of_two_numbers_gives_both() {
    assert_eq!(all("+1 425 555 0100 or 425-555-0101 (ask for 2)", false), ["+1 425 555 0100", "425-555-0101"]);
    assert_eq!(all("089 123456 / 089 654321", false), ["089 123456", "089 654321"]);
    assert_eq!(all("4255550100 4255550101", true), ["4255550100", "4255550101"]);
    assert_eq!(all("(425-555-0100)", false), ["425-555-0100"]);
    assert_eq!(all("425-555-0100x12", false), ["425-555-0100"]);
}

#[test]
fn find_where_a_number_is_expected_takes_plain_digits() {
    for number in ["4255550100", "12345678", "555 0100", "4711", "12345678901234"] {
        assert_eq!(all(number, true), [number]);
    }
    assert_eq!(all("ask", true), [""; 0]);
    assert_eq!(all("12", true), [""; 0]);
}

#[test]
fn is_expected_in_goes_by_the_name() {
    assert!(["telephone1", "MobilePhone", "address1_fax", "new_mobile"].iter().all(|name| is_expected_in(name)));
    assert!(!["name", "revenue", "accountnumber", ""].iter().any(|name| is_expected_in(name)));
}

proptest! {
    #[test]
    fn find_in_anything_gives_ranges_apart(text in "[0-9+(). /x\u{a0}-]{0,120}", expected: bool) {
        let mut end = 0;
        for range in find(&text, expected) {
            prop_assert!(range.start >= end && range.start < range.end);
            prop_assert!(text[range.clone()].bytes().filter(u8::is_ascii_digit).count() <= MOST_DIGITS);
            end = range.end;
        }
        prop_assert!(end <= text.len());
    }

    #[test]
    fn find_after_words_gives_the_number(before in "\\p{L}{0,20}[ :;(]", after in "[ ;)!?]\\p{L}{0,20}") {
        let text = format!("{before}+1 425-555-0100{after}");
        prop_assert_eq!(all(&text, false), vec!["+1 425-555-0100"]);
    }
}
