"""Whose reads are noise."""

# User principal names of service accounts. Case does not matter.
SERVICE_ACCOUNTS = (
    "svc-backup@contoso.example",
    "svc-monitoring@contoso.example",
    "svc-search-index@contoso.example",
)

_KNOWN = frozenset(name.lower() for name in SERVICE_ACCOUNTS)


def is_service_account(upn: str | None) -> bool:
    """Whether `upn` is one of them, whole. An activity that names nobody is nobody's noise."""
    return upn is not None and upn.lower() in _KNOWN
