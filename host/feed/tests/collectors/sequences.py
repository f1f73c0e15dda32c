"""What collectors in the field send, call by call, as far as they differ from one another. Each must get every record once."""

import base64
import datetime
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

SAYS, TENANT, RECORDS = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3]
ROOT = f"{SAYS['url']}/api/v1.0/{TENANT}/activity/feed"
FORM = "application/x-www-form-urlencoded"


def call(method, url, headers, body=None):
    """The status, the headers and the JSON of an answer. A list must come within five seconds: there is a collector that gives up."""
    request = urllib.request.Request(url, body.encode() if body is not None else None, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            text = answer.read()
            assert len(text) <= 1 << 20, f"{url}: {len(text)} bytes, and there is a collector that takes no more than a mebibyte"
            return answer.status, answer.headers, json.loads(text or b"null")
    except urllib.error.HTTPError as error:
        return error.code, error.headers, json.loads(error.read() or b"null")


class Collector:
    """One way of collecting; each of the parameters is what one of them does in its own way."""

    def __init__(self, name, scheme, login, subscribe, time_format, quote, publisher, content_type):
        self.name, self.time_format, self.quote, self.publisher = name, time_format, quote, publisher
        self.headers = {"Authorization": f"{scheme} {getattr(self, login)()}"}
        if content_type:
            self.headers["Content-Type"] = content_type
        self.subscribe = subscribe

    def version_one(self):
        form = {
            "grant_type": "client_credentials",
            "client_id": SAYS["client_id"],
            "client_secret": SAYS["client_secret"],
            "resource": "https://manage.office.com",
        }
        status, _, got = call("POST", f"{SAYS['url']}/{TENANT}/oauth2/token", {"Content-Type": FORM}, urllib.parse.urlencode(form))
        assert status == 200 and got["token_type"] == "Bearer", got
        return got["access_token"]

    def version_two(self):
        form = {
            "grant_type": "client_credentials",
            "client_id": SAYS["client_id"],
            "client_secret": SAYS["client_secret"],
            "scope": "https://manage.office.com/.default",
        }
        status, _, got = call("POST", f"{SAYS['url']}/{TENANT}/oauth2/v2.0/token", {"Content-Type": FORM}, urllib.parse.urlencode(form))
        assert status == 200 and int(got["expires_in"]) > 0, got
        return got["access_token"]

    def basic(self):
        pair = base64.b64encode(f"{SAYS['client_id']}:{SAYS['client_secret']}".encode()).decode()
        form = "grant_type=client_credentials&scope=https%3A%2F%2Fmanage.office.com%2F.default"
        headers = {"Content-Type": FORM, "Authorization": f"Basic {pair}"}
        status, _, got = call("POST", f"{SAYS['url']}/{TENANT}/oauth2/v2.0/token", headers, form)
        assert status == 200, got
        return got["access_token"]

    def url(self, operation, **parameters):
        if self.publisher is not None:
            parameters["PublisherIdentifier"] = self.publisher
        return f"{ROOT}/{operation}" + ("?" + urllib.parse.urlencode(parameters, safe=":") if parameters else "")

    def begin(self):
        """Some look first, some start whatever there is and take a refusal for good."""
        if self.subscribe == "look":
            status, _, listed = call("GET", self.url("subscriptions/list"), self.headers)
            assert status == 200, listed
            enabled = [entry["contentType"].lower() for entry in listed if entry["status"].lower() == "enabled"]
            if "audit.general" in enabled:
                return
        status, _, got = call("POST", self.url("subscriptions/start", contentType="Audit.General"), self.headers, "")
        assert status == 200 or (status == 400 and got["error"]["code"] == "AF20024"), (status, got)

    def collect(self):
        self.begin()
        now = datetime.datetime.now(datetime.timezone.utc)
        parameters = {"contentType": "Audit.General"}
        if self.time_format:
            parameters["startTime"] = (now - datetime.timedelta(hours=1)).strftime(self.time_format)
            # A minute or a day that has begun ends with the next one.
            parameters["endTime"] = (now + datetime.timedelta(minutes=1)).strftime(self.time_format)
            if self.time_format == "%Y-%m-%d":
                parameters["startTime"] = now.strftime(self.time_format)
                parameters["endTime"] = (now + datetime.timedelta(days=1)).strftime(self.time_format)
        url, pages, entries = self.url("subscriptions/content", **parameters), 0, []
        while url:
            status, headers, got = call("GET", url, self.headers)
            assert status == 200, got
            entries += got
            url = headers.get("NextPageUri")
            pages += 1
        records = []
        for entry in entries:
            assert entry["contentExpiration"] > entry["contentCreated"], entry
            address = entry["contentUri"]
            if self.quote:
                address = address.replace("$", "%24")
            status, _, got = call("GET", address, self.headers)
            assert status == 200, got
            records += got
        return pages, len(entries), records


def main():
    with open(RECORDS, encoding="utf-8") as file:
        expected = [record for record in map(json.loads, file) if record["OrganizationId"] == TENANT]
    ways = [
        # name, scheme, login, subscribing, times, encoded $, publisher, Content-Type on GET
        ("lower case, form type", "bearer", "version_one", "look", "%Y-%m-%dT%H:%M:%S", False, TENANT, FORM),
        ("v2, Z, no publisher", "Bearer", "version_two", "start", "%Y-%m-%dT%H:%M:%SZ", True, None, None),
        ("milliseconds", "Bearer", "version_two", "look", "%Y-%m-%dT%H:%M:%S.%fZ", False, None, "application/json"),
        ("minutes", "bearer", "version_one", "start", "%Y-%m-%dT%H:%M", True, TENANT, "application/json; utf-8"),
        ("days", "Bearer", "basic", "start", "%Y-%m-%d", False, "", None),
        ("no times", "Bearer", "version_one", "look", None, False, TENANT, FORM),
    ]
    first = Collector(*ways[0])
    deadline = time.monotonic() + 20
    while len(first.collect()[2]) < len(expected):
        assert time.monotonic() < deadline, "the records do not become available"
        time.sleep(0.2)
    for way in ways:
        pages, blobs, records = Collector(*way).collect()
        assert records == expected, f"{way[0]}: {len(records)} records, not {len(expected)}"
        assert pages > 1, f"{way[0]}: pages are meant to be tried, too"
        print(f"{way[0]}: {len(records)} records in {blobs} blobs on {pages} pages")


main()
