package actlog

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const cases = "../../../tests/exchanges"

// side is one side of an exchange in a case.
type side struct {
	notes   map[string]string
	line    string
	headers []Header
	body    Body
}

func (side side) note(word, otherwise string) string {
	if given, ok := side.notes[word]; ok {
		return given
	}
	return otherwise
}

func readSide(text string) side {
	made := side{notes: map[string]string{}}
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		if line == "" {
			break
		}
		if strings.HasPrefix(line, "@") {
			word, value, _ := strings.Cut(line[1:], " ")
			made.notes[word] = value
		} else if made.line == "" {
			made.line = line
		} else {
			name, value, _ := strings.Cut(line, ": ")
			made.headers = append(made.headers, Header{name, value})
		}
	}
	_, cut := made.notes["cut"]
	_, isHex := made.notes["hex"]
	_, isLF := made.notes["lf"]
	multipart := false
	for _, header := range made.headers {
		multipart = multipart || strings.EqualFold(header.Name, "Content-Type") && strings.HasPrefix(header.Value, "multipart/")
	}
	made.body.Whole = !cut
	switch {
	case isHex:
		content, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil {
			panic(err)
		}
		made.body.Content = content
	case multipart && !isLF:
		made.body.Content = []byte(strings.ReplaceAll(text, "\n", "\r\n"))
	default:
		made.body.Content = []byte(strings.TrimSuffix(text, "\n"))
	}
	return made
}

// withToken gives a request the token of the common user where it has none, and makes tokens of claims.
func withToken(request side) side {
	isToken := func(header Header) bool { return strings.EqualFold(header.Name, "Authorization") }
	_, found := request.notes["anonymous"]
	for _, header := range request.headers {
		found = found || isToken(header)
	}
	if !found {
		claims := `{"oid":"a0000000-0000-4000-8000-000000000001","upn":"anna@contoso.com"}`
		request.headers = append(request.headers, Header{"Authorization", "Bearer " + claims})
	}
	for i, header := range request.headers {
		if claims := strings.TrimPrefix(header.Value, "Bearer "); isToken(header) && claims != header.Value && strings.HasPrefix(claims, "{") {
			request.headers[i].Value = "Bearer e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJl"
		}
	}
	return request
}

func exchangeOf(given map[string]string) *Exchange {
	request := withToken(readSide(given["request"]))
	method, target, _ := strings.Cut(request.line, " ")
	exchange := &Exchange{
		ID: request.note("id", "x1"), Method: method, Target: strings.TrimSuffix(target, " HTTP/1.1"),
		Began: request.note("began", "2024-05-06T07:08:09Z"), Client: request.note("client", "192.0.2.10"),
		RequestHeaders: request.headers, RequestBody: request.body,
	}
	if text, ok := given["response"]; ok {
		response := readSide(text)
		exchange.Answer = &Answer{Headers: response.headers, Body: response.body}
		if _, err := fmt.Sscan(strings.Fields(response.line)[1], &exchange.Answer.Status); err != nil {
			panic(err)
		}
	}
	return exchange
}

// found tells what a case comes to, in the form of its expectations.
func found(given map[string]string) (string, error) {
	if csdl, ok := given["csdl"]; ok {
		names, err := Metadata([]byte(csdl))
		return fmt.Sprintf("== names\n%s\n", names), err
	}
	translator, err := OpenTranslator(given["settings"])
	if err != nil {
		return "", err
	}
	defer translator.Close()
	told, err := translator.Translate(exchangeOf(given))
	if err != nil {
		return "", err
	}
	if count := strings.Count(string(told.Events), "\n"); count != int(told.Count) {
		return "", fmt.Errorf("%d events, and %d are told", count, told.Count)
	}
	text := "== events\n" + string(told.Events) + "== unknown\n"
	for _, finding := range told.Unknown {
		place, missing := finding.Place, ""
		if place == "" {
			place = "all"
		}
		if finding.EventMissing {
			missing = " (an event may be missing)"
		}
		text += fmt.Sprintf("%d %s at %s: %s%s\n", finding.Part, finding.Kind, place, finding.Explanation, missing)
	}
	return text, nil
}

// messageOf gives the error of a case that expects one.
func messageOf(expected string) string {
	title, lines, _ := strings.Cut(strings.TrimSuffix(expected, "\n"), "\n")
	switch title {
	case "== settings-errors":
		faults := strings.Split(lines, "\n")
		for i := range faults {
			faults[i] = strings.TrimPrefix(faults[i], ": ")
		}
		return "the settings are not valid: " + strings.Join(faults, "; ")
	case "== metadata-error":
		place, explanation, _ := strings.Cut(lines, ": ")
		return place + " of the $metadata: " + explanation
	default:
		return "none"
	}
}

func ended(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}

func TestEveryExchangeComesToWhatItsCaseExpects(t *testing.T) {
	common, err := os.ReadFile(filepath.Join(cases, "settings.json"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(cases, "*.case"))
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		given, expected := map[string]string{"settings": string(common)}, ""
		for _, section := range strings.Split(string(text), "\n== ")[1:] {
			name, body, _ := strings.Cut(section, "\n")
			switch name {
			case "settings", "request", "response", "csdl":
				if !strings.HasSuffix(body, "\n") {
					body += "\n"
				}
				given[name] = body
			case "events", "unknown", "settings-errors", "names", "metadata-error":
				expected += "== " + name + "\n" + ended(body)
			default:
				t.Fatalf("%s: there is no section %q", file, name)
			}
		}
		came, err := found(given)
		if err == nil {
			if came != expected {
				t.Errorf("%s\n--- expected\n%s--- found\n%s", file, expected, came)
			}
			continue
		}
		if message := messageOf(expected); err.Error() != message {
			t.Errorf("%s\n--- expected\n%s\n--- found\n%v", file, message, err)
		}
	}
	fmt.Printf("%d exchanges\n", len(files))
}
