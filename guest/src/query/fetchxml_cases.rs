//! What the extraction of filters gives and refuses, case by case.

use super::fetchxml::filters;

/// The Query of the specification's example 2.
const EXAMPLE_2: &str = r#"<filter type="and"><condition column="ownerid" operator="eq-userid" /><condition column="statecode" operator="eq" value="0" /></filter>"#;

fn found(xml: &str) -> String {
    let mut out = "before ".to_owned();
    filters(xml, &mut out).unwrap_or_else(|fault| panic!("{fault:?} in {xml}"));
    out.strip_prefix("before ").unwrap().to_owned()
}

#[test]
fn filters_of_example_2_are_kept_byte_for_byte() {
    assert_eq!(found(EXAMPLE_2), EXAMPLE_2);
    let whole = format!("<fetch mapping=\"logical\">\n <entity name='account'>\n  {EXAMPLE_2}\n </entity>\n</fetch>");
    assert_eq!(found(&whole), EXAMPLE_2);
}

#[test]
fn filters_of_each_accepted_form_are_found() {
    let cases = [
        // Where filters stand.
        ("<fetch/>", ""),
        ("<fetch><entity name='a'><attribute name='b'/></entity></fetch>", ""),
        ("<entity><filter/></entity>", "<filter/>"),
        ("<filter><condition attribute='a' operator='null'/></filter>", "<filter><condition attribute='a' operator='null'/></filter>"),
        ("<filter/><filter a='1'></filter>", "<filter/><filter a='1'></filter>"),
        (" <filter/>\n<!-- and --><filter />\n", "<filter/><filter />"),
        (
            "<e><filter type='or'><filter/><filter></filter></filter><filter/></e>",
            "<filter type='or'><filter/><filter></filter></filter><filter/>",
        ),
        ("<e><filter>1</filter><link-entity><filter>2</filter></link-entity></e>", "<filter>1</filter><filter>2</filter>"),
        (
            "<e><filter><link-entity link-type='any'><filter/></link-entity></filter></e>",
            "<filter><link-entity link-type='any'><filter/></link-entity></filter>",
        ),
        // What is a filter.
        ("<x:fetch><x:filter/></x:fetch>", "<x:filter/>"),
        ("<e><Filter/><FILTER/><filters/><myfilter/><filter-x/><filter:x/></e>", ""),
        ("<e><!-- <filter/> --><![CDATA[<filter/>]]><?p <filter/>?><a b='&lt;filter/>'/></e>", ""),
        (
            "<filter><!-- </filter> --><![CDATA[</filter>]]><?p </filter>?></filter>",
            "<filter><!-- </filter> --><![CDATA[</filter>]]><?p </filter>?></filter>",
        ),
        // Before the document.
        ("<?xml version=\"1.0\"?><filter/>", "<filter/>"),
        ("\u{feff}<?xml version='1.0' encoding='utf-16' standalone='yes' ?>\r\n<filter/>", "<filter/>"),
        ("\u{feff}<filter/>", "<filter/>"),
        ("<?xml version='1.0' standalone='no'?><filter/>", "<filter/>"),
        ("<?xml-stylesheet?><!----><!-- - --><filter/><?after?>", "<filter/>"),
        // Spelling that XML allows.
        ("<filter\n\ta = '1'\r\n\tb=\"'\" ></filter\n>", "<filter\n\ta = '1'\r\n\tb=\"'\" ></filter\n>"),
        ("<filter a='&amp;&lt;&gt;&quot;&apos;&#65;&#x1F600;&#xd;'/>", "<filter a='&amp;&lt;&gt;&quot;&apos;&#65;&#x1F600;&#xd;'/>"),
        ("<filter a='>' b='/>'/>", "<filter a='>' b='/>'/>"),
        (
            "<é:ñ·><filter ключ='значение\u{ffee}\u{fffd}😀'>]] > ]>\u{7f}\u{85}</filter></é:ñ·>",
            "<filter ключ='значение\u{ffee}\u{fffd}😀'>]] > ]>\u{7f}\u{85}</filter>",
        ),
        ("<e><![CDATA[]]]]><![CDATA[>]]><?p ??><?p?><!-->--></e>", ""),
    ];
    for (xml, expected) in cases {
        assert_eq!(found(xml), expected, "{xml}");
    }
}

#[test]
fn filters_each_refusal_names_its_byte_and_its_reason() {
    let cases = [
        // Not a document.
        ("", 0, "without an element"),
        (" <!-- only --> ", 15, "without an element"),
        ("<a/>b", 4, "outside"),
        ("a<a/>", 0, "outside"),
        ("<a/>&amp;", 4, "outside"),
        ("<a/><![CDATA[x]]>", 4, "section"),
        ("<a/><b/>", 4, "second"),
        ("<filter/><b/>", 9, "second"),
        ("<b/><filter/>", 4, "second"),
        // Tags.
        ("<a>", 3, "open"),
        ("<a><b></a></b>", 6, "end tag"),
        ("</a>", 0, "end tag"),
        ("<a></a></a>", 7, "end tag"),
        ("<a></A>", 3, "end tag"),
        ("<a></a b='1'>", 7, "end tag"),
        ("<a", 2, "ends"),
        ("<a /", 4, "ends"),
        ("<a / >", 4, "'/'"),
        ("< a/>", 1, "name"),
        ("<1a/>", 1, "name"),
        ("<-a/>", 1, "name"),
        ("<×a/>", 1, "name"),
        ("<a×/>", 2, "white space"),
        ("<a<b/>", 2, "white space"),
        // Attributes.
        ("<a b/>", 4, "'='"),
        ("<a b=/>", 5, "quotes"),
        ("<a b=c/>", 5, "quotes"),
        ("<a b='1'c='2'/>", 8, "white space"),
        ("<a b='1' b='2'/>", 9, "twice"),
        ("<a b='1' c='2' a='3' b=''/>", 21, "twice"),
        ("<a b='<'/>", 6, "'<'"),
        ("<a b='1/>", 9, "ends"),
        ("<a =''/>", 3, "name"),
        // References.
        ("<a>&nbsp;</a>", 3, "entity"),
        ("<a b='&x;'/>", 6, "entity"),
        ("<a>& </a>", 3, "entity"),
        ("<a>&amp</a>", 3, "entity"),
        ("<a>&AMP;</a>", 3, "entity"),
        ("<a>&#;</a>", 5, "digits"),
        ("<a>&#x;</a>", 6, "digits"),
        ("<a>&#6 5;</a>", 6, "digits"),
        ("<a>&#X41;</a>", 5, "digits"),
        ("<a>&#0;</a>", 3, "forbids"),
        ("<a>&#xb;</a>", 3, "forbids"),
        ("<a>&#xD800;</a>", 3, "forbids"),
        ("<a>&#xFFFF;</a>", 3, "forbids"),
        ("<a>&#x110000;</a>", 3, "forbids"),
        ("<a>&#99999999999999999999;</a>", 3, "forbids"),
        // Comments, sections, instructions.
        ("<a><!-- -- --></a>", 10, "'--'"),
        ("<a><!-- ---></a>", 10, "'--'"),
        ("<a><!-x></a>", 3, "comment"),
        ("<a><!-- </a>", 12, "ends"),
        ("<a>]]></a>", 3, "']]>'"),
        ("<a><![CDATA[ ]] ></a>", 21, "ends"),
        ("<a><![cdata[]]></a>", 3, "section"),
        ("<a><?p", 6, "ends"),
        ("<a><? p?></a>", 5, "name"),
        ("<a><?p+?></a>", 6, "white space"),
        ("<a><?xml version='1.0'?></a>", 5, "declaration"),
        ("<a><?XmL?></a>", 5, "declaration"),
        // The declaration.
        (" <?xml version='1.0'?><a/>", 3, "declaration"),
        ("<?xml ?><a/>", 6, "version"),
        ("<?xml encoding='utf-8'?><a/>", 6, "version"),
        ("<?xml version='1.1'?><a/>", 14, "not accepted"),
        ("<?xml version='1.0'encoding='utf-8'?><a/>", 19, "'?>'"),
        ("<?xml version='1.0' standalone='maybe'?><a/>", 31, "not accepted"),
        ("<?xml version='1.0' encoding='1'?><a/>", 29, "not accepted"),
        ("<?xml version='1.0' standalone='no' encoding='utf-8'?><a/>", 36, "'?>'"),
        ("<?xml version '1.0'?><a/>", 14, "'='"),
        // Document types.
        ("<!DOCTYPE fetch><fetch/>", 0, "DOCTYPE"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", 0, "DOCTYPE"),
        ("<a><!DOCTYPE a></a>", 3, "DOCTYPE"),
        ("<!ENTITY b 'c'><a/>", 0, "section"),
        ("<!doctype a><a/>", 0, "section"),
        // Characters.
        ("<a>\0</a>", 3, "forbids"),
        ("<a b='\u{1f}'/>", 6, "forbids"),
        ("<a><!-- \u{b} --></a>", 8, "forbids"),
        ("<a><![CDATA[\u{fffe}]]></a>", 12, "forbids"),
        ("<a><?p \u{ffff}?></a>", 7, "forbids"),
        ("\0<a/>", 0, "outside"),
        ("<a>\u{c}</a>", 3, "forbids"),
    ];
    for (xml, offset, reason) in cases {
        let mut out = "before".to_owned();
        let fault = filters(xml, &mut out).expect_err(xml);
        assert_eq!(fault.offset, offset, "{fault:?} in {xml}");
        assert!(fault.explanation.contains(reason), "{fault:?} in {xml}");
        assert_eq!(out, "before", "{xml}");
    }
}
