package actlog

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
)

const organization = `"OrganizationId":"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10"`

func batch(events int) []byte {
	var text bytes.Buffer
	for i := 0; i < events; i++ {
		fmt.Fprintf(&text, `{"EventId":"e-%d","Message":"Retrieve",%s}`+"\n", i, organization)
	}
	return text.Bytes()
}

func TestOutcomeAccountsForEveryEvent(t *testing.T) {
	filter, err := Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer filter.Close()
	events := append(batch(2), []byte(`{"Message":"WhoAmI",`+organization+"}\nnonsense\n")...)
	outcome, err := filter.Audit(events)
	if err != nil {
		t.Fatal(err)
	}
	if outcome.Read != 4 || outcome.Recorded != 2 || outcome.Excluded != 1 || outcome.Rejected != 1 {
		t.Fatal(outcome)
	}
	if bytes.Count(outcome.Records, []byte("\n")) != 2 {
		t.Fatal(string(outcome.Records))
	}
}

func TestSettingsThatAreWrongAreRefusedByTheirPath(t *testing.T) {
	if _, err := Open(`{"swiches": {}}`); err == nil || !strings.Contains(err.Error(), "swiches") {
		t.Fatal(err)
	}
}

func TestGoroutinesShareAFilter(t *testing.T) {
	filter, err := Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer filter.Close()
	var all sync.WaitGroup
	for i := 0; i < 64; i++ {
		all.Add(1)
		go func(events int) {
			defer all.Done()
			for round := 0; round < 20; round++ {
				outcome, err := filter.Audit(batch(events))
				if err != nil || outcome.Recorded != uint64(events) {
					t.Error(err, outcome)
				}
				runtime.Gosched()
			}
		}(1 + i%16)
	}
	all.Wait()
}

// The library's signal handlers do not keep Go from turning a fault of its own into a panic.
func TestFaultOfGoIsStillItsOwn(t *testing.T) {
	filter, err := Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer filter.Close()
	defer func() {
		if recover() == nil {
			t.Fatal("no panic")
		}
		if _, err := filter.Audit(batch(1)); err != nil {
			t.Fatal(err)
		}
	}()
	var nowhere *Outcome
	nowhere.Read = 1
}
