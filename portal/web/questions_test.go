package web

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"testing"
	"time"

	"huitong/bot"
	"huitong/portal/casework"
)

// TestUnansweredReachesStaff searches and asks in vain, and reads it at the desk.
func TestUnansweredReachesStaff(t *testing.T) {
	d := newDesk(t)
	reader := d.browser("reader")
	reader.open("/search?q=zzqxw").wants(200)
	reader.open("/search?q=zzqxw").wants(200)
	reader.open("/search?q=" + "%E5%AD%A4%E5%84%BF").wants(200) // 孤儿 is found
	reader.open("/ask").send("/ask", map[string]string{"question": "今晚的球赛几点开始，我的手机13800138000"}).wants(200, "12345")
	d.staff(casework.Officer, "").open("/staff/questions").wants(200, "zzqxw", "今晚的球赛几点开始，我的手机***").lacks("13800138000", ">孤儿<")
	d.staff(casework.Supervisor, "shiqi").open("/staff/questions").wants(200, "zzqxw").lacks("停用的理由")
	d.staff(casework.Auditor, "").open("/staff/questions").wants(403)
	o := d.staff(casework.Officer, "second").open("/staff/questions").lacks("10:00已处理")
	o.send("/staff/questions/settle", map[string]string{"settled": o.tickable("settled")}).wants(200, "zzqxw", "10:00已处理")
	d.staff(casework.Officer, "xiaolan").open("/staff/audit").wants(200, "看没答上的问题")
}

// TestOverdueQuestions tells staff of questions that have waited longer than they may.
func TestOverdueQuestions(t *testing.T) {
	d := newDesk(t)
	reader := d.browser("reader")
	reader.open("/search?q=zzqxw").wants(200)
	d.staff(casework.Officer, "").open("/staff/questions").wants(200, "zzqxw").lacks("超过30天")
	d.now = d.now.Add(casework.QuestionDue + time.Hour)
	reader.open("/search?q=qqxwz").wants(200)
	d.staff(casework.Officer, "xiaolan").open("/staff/questions").wants(200, "有1个问题超过30天没有答案", "qqxwz")
}

// TestPauseChat turns answers off and on again; danger is answered all the time.
func TestPauseChat(t *testing.T) {
	d := newDesk(t)
	const question, answer, danger = "孤儿补贴一个月多少钱", "1578元", "爸爸打得孩子流血了"
	reader := d.browser("reader").open("/ask")
	reader.send("/ask", map[string]string{"question": question}).wants(200, answer)
	o := d.staff(casework.Officer, "").open("/staff/questions")
	o.send("/staff/questions", map[string]string{"reason": "  "}).wants(422, "请写停用的理由")
	o.send("/staff/questions", map[string]string{"reason": "正在核对金额"}).wants(200, "问一问已经停用", "正在核对金额")

	for _, path := range []string{"/ask", "/zh-hant/ask", "/en/ask", "/ask?mode=elder", "/ask?mode=accessible"} { // told before anything is written
		d.browser("another").open(path).wants(200, "核").lacks("孤儿补贴一个月多少钱")
	}
	reader.open("/ask").wants(200, "暂时停用：正在核对金额").send("/ask", map[string]string{"question": question}).wants(200, "正在核对金额", "12345").lacks(answer)
	reader.open("/ask").send("/ask", map[string]string{"question": danger}).wants(200, "110")
	body, _ := json.Marshal(askRequest{Question: question})
	req := httptest.NewRequest("POST", "/api/v1/ask", bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	_, got := send(t, d.server, req)
	var reply bot.Reply
	if err := json.Unmarshal([]byte(got), &reply); err != nil || reply.Outcome != bot.Refuse || reply.Citations == nil || reply.Suggestions == nil {
		t.Errorf("API = %s, %v; want a refusal with empty lists", got, err)
	}

	o.open("/staff/questions").send("/staff/questions", map[string]string{"on": "1"}).wants(200, "停用的理由").lacks("正在核对金额")
	reader.open("/ask").lacks("停用").send("/ask", map[string]string{"question": question}).wants(200, answer)
	supervisor := d.staff(casework.Supervisor, "shiqi").open("/staff/questions")
	supervisor.do("POST", "/staff/questions", map[string][]string{"reason": {"x"}, "_csrf": {supervisor.cookies["csrf"]}})
	supervisor.wants(403)
	o.open("/staff/audit").wants(200, "停用或恢复问一问", "停用：正在核对金额", "恢复").lacks("chat ")
}
