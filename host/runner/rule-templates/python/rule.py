"""{{name}}: a rule for actlog. What it may ask and answer is described in wit/rule.wit and wit/types.wit."""

from wit_world import exports
from wit_world.exports import rule
from wit_world.exports.types import (
    Activity,
    Category,
    Columns,
    Interest,
    Target_Field,
    Verdict,
    Verdict_Keep,
    Verdict_Redact,
    Verdict_Tag,
)

# A field that nobody should read in the audit log.
SECRET_FIELD = "governmentid"


class Rule(exports.Rule):
    """The contract's interface `rule`."""

    def describe(self) -> rule.Manifest:
        return rule.Manifest(
            name="{{name}}",
            version="0.1.0",
            # Empty lists mean all.
            interest=Interest(messages=[], categories=[Category.CREATE, Category.UPDATE, Category.DELETE], entities=[]),
            # Only what is asked for comes; each column costs time.
            columns=Columns.CATEGORY | Columns.FIELDS,
            tags=True,
            redacts=True,
            # Verdict_Drop counts only where the settings grant it.
            drops=False,
        )

    def review(self, activities: list[Activity]) -> list[Verdict]:
        return [verdict(activity) for activity in activities]


def verdict(activity: Activity) -> Verdict:
    """What the rule says of one activity. An absent column is None."""
    if activity.category == Category.DELETE:
        return Verdict_Tag(["deletion"])
    if any(field.name.lower() == SECRET_FIELD for field in activity.fields or []):
        return Verdict_Redact([Target_Field(SECRET_FIELD)])
    return Verdict_Keep()
