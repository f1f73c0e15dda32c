"""Run with `python3 -m unittest`."""

import unittest

from accounts import is_service_account


class IsServiceAccount(unittest.TestCase):
    def test_listed_account_whatever_its_case_is_one(self) -> None:
        for upn in ("svc-backup@contoso.example", "SVC-Monitoring@Contoso.Example", "svc-search-index@contoso.example"):
            self.assertTrue(is_service_account(upn), upn)

    def test_other_account_is_none(self) -> None:
        for upn in ("alice@contoso.example", "svc-backup@contoso.example.net", "x-svc-backup@contoso.example", "svc-backup", ""):
            self.assertFalse(is_service_account(upn), upn)

    def test_absent_name_is_none(self) -> None:
        self.assertFalse(is_service_account(None))


if __name__ == "__main__":
    unittest.main()
