package i18n_test

import (
	"strings"
	"testing"
)

// TestKoreanSpeaksWithOneVoice keeps to one ending, one particle after GitHub,
// and one word for one thing.
func TestKoreanSpeaksWithOneVoice(t *testing.T) {
	t.Parallel()
	ko := read(t, "ko.json")
	for wrong, right := range map[string]string{
		"십시오": "-해 주세요", "하세요": "-해 주세요", "시겠습니까": "-할까요",
		"GitHub가": "GitHub이", "GitHub는": "GitHub은", "GitHub를": "GitHub을", "GitHub와": "GitHub과",
		"실행 취소": "되돌리기", "원장 항목": "원장 기록",
	} {
		for key := range ko {
			if strings.Contains(ko.text(key), wrong) {
				t.Errorf("%s says %q: elsewhere it is %q", key, wrong, right)
			}
		}
	}
	if strings.HasPrefix(ko.text("operations.all"), ko.text("action.any")) {
		t.Error("any action of the ledger and all operations have the same name")
	}
}
