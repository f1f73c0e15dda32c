"""Answers that Envoy gives itself are never taken for the upstream's."""

import socket
import time


def test_answers_of_envoy_are_never_the_upstreams(rig):
    rig.begin(change=lambda text: text.replace("timeout: 150s", "timeout: 1s"))
    assert rig.ask("POST", "/api/reset", content=b"{}").status_code == 503
    assert rig.ask("GET", "/api/hang").status_code == 504
    # The upstream's own 502 and 504 are answers.
    assert rig.ask("GET", "/api/status/502").status_code == 502
    assert rig.ask("GET", "/api/status/504").status_code == 504
    found = {exchange["target"]: exchange for exchange in rig.processor.wait(4)}
    assert [found[target]["status"] for target in ("/api/reset", "/api/hang", "/api/status/502", "/api/status/504")] == [None, None, 502, 504]
    assert found["/api/reset"]["ended"] == found["/api/hang"]["ended"] == "NoAnswer"
    assert rig.count() == 2
    assert "untold: 0, unheld: 0, malformed: 0" in rig.processor.stop()


def test_upstream_that_cannot_be_reached_leaves_nothing(tmp_path, rig):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        rig.begin(upstream=probe.getsockname()[1])
        assert rig.ask("GET", "/api/a").status_code == 503
        assert rig.ask("POST", "/api/b", content=b"{}").status_code == 503
    time.sleep(0.5)
    assert rig.processor.exchanges() == []
    assert "unreached: 2" in rig.processor.stop()


def test_retries_that_could_not_connect_leave_doubt(rig):
    """The first try was carried out, the second could not be sent: only the second is what Envoy tells."""
    policy = "timeout: 150s\n                            retry_policy: { retry_on: reset, num_retries: 1 }"
    rig.begin(change=lambda text: text.replace("timeout: 150s", policy))
    assert rig.ask("GET", "/api/reset").status_code == 503
    assert rig.upstream.targets() == ["/api/reset"] * 2
    assert [exchange["status"] for exchange in rig.processor.wait(1)] == [None]


def test_filters_that_refuse_later_leave_nothing_recorded_as_done(rig):
    refuse = """- name: envoy.filters.http.rbac
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC
                      rules: { action: DENY, policies: { all: { permissions: [{ url_path: { path: { prefix: /api/no } } }], principals: [{ any: true }] } } }
                  - name: envoy.filters.http.router"""
    rig.begin(change=lambda text: text.replace("- name: envoy.filters.http.router", refuse))
    assert rig.ask("GET", "/api/no").status_code == 403
    assert rig.ask("POST", "/api/no", content=b"{}").status_code == 403
    assert rig.ask("GET", "/api/yes").status_code == 200
    time.sleep(0.5)
    assert all(exchange["status"] is None for exchange in rig.processor.exchanges() if exchange["target"] == "/api/no")
    assert rig.upstream.targets() == ["/api/yes"]
    assert rig.count() == 1


def test_filters_that_refuse_before_are_no_exchange(rig):
    refuse = """- name: envoy.filters.http.rbac
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC
                      rules: { action: DENY, policies: { all: { permissions: [{ any: true }], principals: [{ any: true }] } } }
                  - name: envoy.filters.http.ext_proc"""
    rig.begin(change=lambda text: text.replace("- name: envoy.filters.http.ext_proc", refuse))
    assert rig.ask("POST", "/api/no", content=b"{}").status_code == 403
    time.sleep(0.3)
    assert rig.processor.exchanges() == []
    assert "malformed: 0" in rig.processor.stop()


def test_configuration_that_does_not_tell_whose_answer_leaves_doubt(rig):
    line = "response_attributes: [response.code_details, upstream.request_attempt_count]"
    rig.begin(change=lambda text: text.replace(line, ""))
    assert rig.ask("POST", "/api/x", content=b"{}").status_code == 200
    assert [exchange["status"] for exchange in rig.processor.wait(1)] == [None]
    assert "untold: 1" in rig.processor.stop()
