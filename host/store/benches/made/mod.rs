//! Made-up records: the same ones in every run.

use std::fmt::Write;

use uuid::Uuid;

/// Makes records.
pub struct Made {
    state: u64,
    pool: u64,
    /// Result ids so far.
    pub ids: usize,
    count: u64,
}

impl Made {
    pub fn new(ids: usize) -> Self {
        Made { state: 0x9e37_79b9_7f4a_7c15, pool: (ids as u64 / 20).max(1_000), ids: 0, count: 0 }
    }

    fn random(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    /// One of the organization's records.
    pub fn pooled(&self, number: u64) -> Uuid {
        let number = number % self.pool;
        let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Uuid::from_u64_pair(spread & !0xf000 | 0x4000, 0x8000_000d_3a00_0000 | number)
    }

    pub fn batch(&mut self, records: usize) -> String {
        let mut batch = String::new();
        for _ in 0..records {
            self.record(&mut batch);
        }
        batch
    }

    fn record(&mut self, out: &mut String) {
        self.count += 1;
        let (a, b, turn, kind) = (self.random(), self.random(), self.random() as usize, self.random() % 10);
        let time = actlog_store::format_time(1_709_251_200_000 + self.count as i64 * 17_000 % 7_776_000_000 + (a % 60_000) as i64);
        let (message, category) = [("RetrieveMultiple", "ReadMultiple"), ("Retrieve", "Read"), ("Update", "Update")]
            [[0, 0, 0, 0, 0, 0, 1, 1, 2, 2][kind as usize]];
        let activity = if turn.is_multiple_of(12) { "Accessed custom entity" } else { "Accessed out-of-box entity" };
        let status = if turn.is_multiple_of(97) { "Failed" } else { "Success" };
        let (id, correlation) = (Uuid::from_u64_pair(a, b), Uuid::from_u64_pair(b, a));
        let (user, entity, agent) =
            (user(turn), entity(turn / 7), "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)");
        let organization = r#""OrganizationId":"3f1c7a52-90de-4b6e-8c1d-52a7e0b9f431","CrmOrganizationUniqueName":"org3f1c7a52""#;
        let instance = r#""InstanceUrl":"https://kaese-soehne.crm4.dynamics.com","ServiceName":"Dynamics 365""#;
        let _ = write!(out, r#"{{"Id":"{id}","EventId":"{correlation}","CorrelationId":"{correlation}","CreationTime":"{time}""#);
        let _ = write!(out, r#",{organization},{instance},"Operation":"{message}","Message":"{message}","Category":"{category}""#);
        let _ = write!(out, r#","Activity":"{activity}","ResultStatus":"{status}","EntityName":"{entity}","ItemType":"{entity}""#);
        let _ = write!(out, r#","UserUpn":"{user}","UserType":"Regular","ClientIP":"203.0.113.{}","UserAgent":"{agent}""#, turn % 250);
        let skewed = |random: u64| (random % 1_000_003) * (random >> 32) % 1_000_000_007;
        if kind < 6 {
            let count = 5 + turn % 45;
            let condition = format!(r#"<condition attribute=\"statecode\" operator=\"eq\" value=\"{}\" />"#, turn % 10_000);
            let _ = write!(out, r#","Query":"<filter type=\"and\">{condition}</filter>","QueryResults":""#);
            for position in 0..count {
                let random = self.random();
                let _ = write!(out, "{}{}", if position > 0 { ", " } else { "" }, self.pooled(skewed(random)));
            }
            self.ids += count;
            out.push('"');
        } else {
            let random = self.random();
            self.ids += 1;
            let _ = write!(out, r#","EntityId":"{}""#, self.pooled(skewed(random)));
            if kind > 7 {
                let _ = write!(out, r#","Fields":"[{{\"Name\":\"description\",\"Value\":\"Angebot {turn} vom Montag, bitte prüfen\"}}]""#);
            }
        }
        out.push_str(",\"Part\":1,\"PartCount\":1}\n");
    }
}

pub fn user(turn: usize) -> String {
    format!("user{}@kaese-soehne.example", turn % 400)
}

pub fn entity(turn: usize) -> String {
    ["account", "contact", "lead", "opportunity", "incident", "new_inspection", "email", "task"][turn % 8].to_owned()
}
