"""The rule as actlog sees it: what it is, and what it says of each activity."""

from accounts import is_service_account
from wit_world import exports
from wit_world.exports import rule
from wit_world.exports.types import Activity, Category, Columns, Interest, Verdict, Verdict_Drop, Verdict_Keep

REASON = "service account noise"


class Rule(exports.Rule):
    """The contract's interface `rule`."""

    def describe(self) -> rule.Manifest:
        return rule.Manifest(
            name="drop-service-noise",
            version="1.0.0",
            interest=Interest(messages=[], categories=[Category.READ, Category.READ_MULTIPLE], entities=[]),
            columns=Columns.USER_UPN,
            tags=False,
            redacts=False,
            drops=True,
        )

    def review(self, activities: list[Activity]) -> list[Verdict]:
        return [verdict(activity) for activity in activities]


def verdict(activity: Activity) -> Verdict:
    return Verdict_Drop(REASON) if is_service_account(activity.user_upn) else Verdict_Keep()
