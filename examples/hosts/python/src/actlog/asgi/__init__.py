"""Auditing what passes an ASGI application."""

from .delivery import Stats
from .exchange import Exchange
from .middleware import AuditMiddleware
from .odata import ODataEvents

__all__ = ["AuditMiddleware", "Exchange", "ODataEvents", "Stats"]
