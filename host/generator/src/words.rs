//! Texts as people write them: umlauts, quotes, line breaks, paths, addresses, emoji.

use crate::random::Random;

const COMPANIES: &[&str] = &[
    "Käse & Söhne GmbH",
    "Fabrikam, Inc.",
    "Contoso \"West\" Ltd.",
    "Łódź Żeglarska Sp. z o.o.",
    "L'Atelier d'Amélie SARL",
    "北京软件有限公司",
    "Nordhafen Spedition AG",
    "Coho Winery <Import/Export>",
    "A. Datum Corporation",
    "Ærø Færgefart A/S",
];

const LINES: &[&str] = &[
    "Rückruf wegen Angebot",
    "Renewal Q3 – 250 seats",
    "Order #48-1177 (urgent!)",
    "Wartung Heizung, 2. OG",
    "Follow-up after trade fair",
    "Fwd: Re: Rechnung 2024/0315",
    "100 % \"green\" energy",
    "Besichtigung <vor Ort>",
    "Qualify & hand over to sales",
    "設置完了",
    "Migration: C:\\Daten\\Alt → D:\\Neu",
    "Prospect ⭐⭐⭐",
];

const SENTENCES: &[&str] = &[
    "Herr Groß bittet um Rückruf unter +49 40 5550-1234, am besten vormittags.",
    "Customer said: \"we will sign if delivery is before May\".",
    "Details liegen unter \\\\fileserver\\angebote\\2024\\Q1.",
    "Please send the invoice to billing@fabrikam.example and cc: o'brien@contoso.example.",
    "Très satisfait du service, à rappeler en juin.",
    "Pump no. 3 leaks; seal replaced, pressure 4.5 bar.",
    "Klient prosi o fakturę w języku polskim – zażółć gęślą jaźń.",
    "Great call today 🎉 next step: demo with their CTO 👩‍💻.",
    "価格表を更新しました。",
    "See https://intranet.example/wiki?id=77&rev=3 for the checklist.",
    "Budget 12.500 € (incl. 19 % VAT), decision expected within two weeks.",
    "1) check contract\t2) call\t3) close",
];

const STREETS: &[&str] = &["Große Elbstraße", "Rue de l'Église", "Elm Street", "Vesterbrogade", "ul. Świętokrzyska", "Calle de Alcalá"];

const TOWNS: &[&str] = &["Hamburg", "Köln", "Zürich", "København", "Łódź", "São Paulo", "Redmond", "大阪"];

/// Name of a company.
pub(crate) fn company(random: &mut Random) -> &'static str {
    random.pick(COMPANIES)
}

/// A short line.
pub(crate) fn line(random: &mut Random) -> &'static str {
    random.pick(LINES)
}

/// A town.
pub(crate) fn town(random: &mut Random) -> &'static str {
    random.pick(TOWNS)
}

/// A street with its number.
pub(crate) fn street(random: &mut Random) -> String {
    format!("{} {}", random.pick(STREETS), random.between(1, 180))
}

/// A telephone number in one of several styles.
pub(crate) fn phone(random: &mut Random) -> String {
    let (area, number) = (random.between(20, 999), random.between(1000, 9_999_999));
    match random.below(3) {
        0 => format!("+49 {area} {number}"),
        1 => format!("(0{area}) {number}-0"),
        _ => format!("0044{area}{number}"),
    }
}

/// `count` sentences, some of them on lines of their own.
pub(crate) fn memo(count: u32, random: &mut Random) -> String {
    let mut memo = String::new();
    for number in 0..count {
        if number > 0 {
            memo.push_str(random.weighted(&[(6, " "), (3, "\n"), (1, "\r\n\r\n")]));
        }
        memo.push_str(random.pick(SENTENCES));
    }
    memo
}
