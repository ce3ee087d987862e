package web

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/sheet"
)

// listed adds an entry to the directory, as the city's keeper of it does, and returns its
// number.
func (d *desk) listed(e casework.DirectoryEntry) string {
	d.t.Helper()
	if d.keeper == (apply.Actor{}) {
		d.staff(casework.Administrator, "keeper")
		d.keeper = apply.Actor{Kind: apply.StaffActor, ID: d.userID("administratorkeeper")}
	}
	id, err := d.store.NewDirectoryID()
	if err == nil {
		err = d.store.AddToDirectory(d.t.Context(), d.keeper, id, e)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return id
}

const openName, openPhone = "白鹭鸟", "0760-88880001"

// villages is a directory of a few villages: one with a director that is published, one
// whose is not, one without, and a supervisor.
func (d *desk) villages() {
	d.listed(casework.DirectoryEntry{Town: "shiqi", Village: "迎阳社区", Name: openName, Phone: openPhone, Since: "2024-03-01", Public: true})
	d.listed(casework.DirectoryEntry{Town: "shiqi", Village: "莲峰社区", Name: "金丝雀", Phone: "13912345678"})
	d.listed(casework.DirectoryEntry{Town: "shiqi", Village: "仙湖社区"})
	d.listed(casework.DirectoryEntry{Town: "shiqi", Name: "喜鹊鸟", Phone: "0760-88880002", Public: true})
	d.listed(casework.DirectoryEntry{Town: "xiaolan", Village: "北区社区", Name: "画眉鸟"})
}

// TestPublicDirectory finds a village by typing and by picking, and shows what is
// published and nothing else.
func TestPublicDirectory(t *testing.T) {
	d := newDesk(t)
	d.villages()
	b := d.browser("reader")
	b.open("/directory").wants(200, "石岐街道", "小榄镇", "村（社区）叫什么")
	for typed, want := range map[string]string{"迎阳": "迎阳社区", "迎陽": "迎阳社区", "yingyang": "迎阳社区", "yysq": "迎阳社区", "石岐": "石岐街道", "beiqu": "北区社区"} {
		b.open("/directory?q="+url.QueryEscape(typed)).wants(200, "是这里吗", want)
	}
	b.open("/directory?q="+url.QueryEscape("没有这个地方呀")).wants(200, "没有找到这个名字", "打12345")
	b.open("/directory?q=" + strings.Repeat("a", 500)).wants(200)
	village := func(name string) string { return villagePath("shiqi", name) }
	b.open("/directory/shiqi").wants(200, "迎阳社区", "莲峰社区", "仙湖社区", "喜鹊鸟", "0760-88880002").lacks(openPhone, "金丝雀", "北区社区")
	b.open(village("迎阳社区")).wants(200, openName, openPhone, "2024年3月1日").lacks("喜鹊鸟")
	if tel := find(b.doc, func(n *html.Node) bool { return attr(n, "href") == "tel:076088880001" }); len(tel) != 1 {
		t.Errorf("%d buttons to call; want 1", len(tel))
	}
	b.open(village("莲峰社区")).wants(200, "没有公开", "喜鹊鸟", "0760-88880002").lacks(secrets...)
	b.open(village("仙湖社区")).wants(200, "暂时没有登记", "喜鹊鸟")
	b.open(villagePath("xiaolan", "北区社区")).wants(200, "没有公开", "打12345").lacks(secrets...)
	for _, none := range []string{"/directory/nowhere", "/directory/shiqi/000000000000", villagePath("xiaolan", "迎阳社区"), "/directory/shiqi/page/9", "/directory/page/0"} {
		b.open(none).wants(404)
	}
	for _, at := range []string{"/directory", "/directory/page/2", "/directory?q=yysq", "/directory/shiqi", "/directory/shiqi/page/1", village("迎阳社区"), village("莲峰社区")} {
		b.keepsShape(t, at)
	}
	for _, from := range []string{"/sitemap", "/help"} {
		if b.open(from); !strings.Contains(b.body, `href="/directory"`) {
			t.Errorf("%s does not lead to the directory", from)
		}
	}
	if log := d.log.String(); strings.Contains(log, "yingyang") || strings.Contains(log, "迎阳") {
		t.Error("the log holds what was looked for")
	}
}

// TestStaffDirectory adds, publishes and takes out, each role what it may.
func TestStaffDirectory(t *testing.T) {
	d := newDesk(t)
	d.villages()
	town, director := d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Director, "shiqi")
	director.open("/staff").wants(200, "儿童主任名录").open(staffDirectory).wants(200, openName, "您在名录里的登记").lacks("金丝雀", "登记一个人", "喜鹊鸟")
	town.open(staffDirectory).wants(200, openName, "金丝雀", "暂时没有人在岗").lacks("北区社区")
	town.open(staffDirectory+"/new").send(staffDirectory+"/new", map[string]string{"village": "新村", "name": "鹦鹉鸟", "phone": "12", "public": "yes"}).wants(422, "手机号是11位")
	form := town.form(staffDirectory + "/new")
	form.Set("phone", "０７６０—８８８８０００３")
	for range 2 { // sent twice, it is there once
		town.do("POST", staffDirectory+"/new", form)
		town.wants(200, "登记好了")
	}
	if n := strings.Count(town.body, "鹦鹉鸟"); n != 1 {
		t.Errorf("entered %d times; want 1", n)
	}
	one := ""
	for _, l := range town.open(staffDirectory+"?village="+url.QueryEscape("新村")).wants(200, "公开，测试员于").lacks(openName).links() {
		if strings.HasPrefix(l, staffDirectory+"/") && len(l) == len(staffDirectory)+25 {
			one = l
		}
	}
	town.open(one).send(one, map[string]string{"public": "no"}).wants(200, "改好了")
	d.browser("reader").open(villagePath("shiqi", "新村")).wants(200, "没有公开").lacks("鹦鹉鸟")
	stale := town.open(one).form(one)
	town.send(one, map[string]string{"name": "鸽子鸟"}).wants(200, "改好了")
	town.do("POST", one, stale)
	town.wants(409, "内容刚刚有变动")
	town.open(one).send(one+"/remove", nil).wants(200, "去掉了").lacks("鸽子鸟").open(staffDirectory+"?village="+url.QueryEscape("新村")).wants(200, "暂时没有人在岗")
	for _, b := range []*browser{town, director} {
		b.keepsShape(t, staffDirectory)
	}
	town.keepsShape(t, staffDirectory+"/new")
}

// TestDirectoryImport gives a file, sees what is wrong, mends it, sees what changes, and
// confirms it.
func TestDirectoryImport(t *testing.T) {
	d := newDesk(t)
	d.villages()
	keeper := d.staff(casework.Administrator, "")
	const file = staffDirectory + "/import"
	give := func(text string) *browser {
		keeper.open(file).wants(200, "先检查")
		return keeper.post(file, keeper.form(file), chosen{"file", []byte(text)})
	}
	give("").wants(422, "没有内容")
	give(strings.Repeat("x", sheet.MaxBytes+1)).wants(422, "文件太大")
	give("镇街,村（社区）,姓名,工作电话,任职日期,公开\n石岐,新村,鹦鹉鸟,12,,是\n火星,x村,,,,\n").wants(200, "有2处要改", "第2行", "工作电话", "第3行", "没有这个镇街").lacks("确认更新", "新改的内容没有发布")
	keeper.keepsShape(t, keeper.address)
	keeper.open(staffDirectory + "/list.csv").wants(200)
	exported := keeper.body
	if !strings.HasPrefix(exported, "\ufeff镇街,") || !strings.Contains(exported, "石岐街道,迎阳社区,"+openName) {
		t.Errorf("exported %.200q", exported)
	}
	give(exported).wants(200, "不用更新", "有5条不变")
	give(strings.Replace(exported, openPhone, "0760-88880009", 1)+"石岐街道,新村,鹦鹉鸟,,,否\n").wants(200, "新增1条", "修改1条", "有4条不变", "0760-88880009", "还没有生效")
	path := keeper.address
	keeper.keepsShape(t, path)
	form := keeper.open(path).form(path)
	d.browser("reader").open(villagePath("shiqi", "迎阳社区")).wants(200, openPhone)
	for range 2 {
		keeper.do("POST", path, form)
		keeper.wants(200, "已经按表格更新")
	}
	d.browser("reader").open(villagePath("shiqi", "迎阳社区")).wants(200, "0760-88880009")
	d.staff(casework.Officer, "").open(path).wants(404)
	give(strings.Replace(exported, openPhone, "0760-88880007", 1)).wants(200, "修改1条", "去掉1条")
	form = keeper.form(keeper.address)
	path = keeper.address
	d.listed(casework.DirectoryEntry{Town: "xiaolan", Village: "新区社区"})
	keeper.do("POST", path, form)
	keeper.wants(409, "内容有变动", "去掉2条")
	if log := d.log.String(); strings.Contains(log, openName) || strings.Contains(log, openPhone) || bytes.Contains([]byte(log), []byte("鹦鹉")) {
		t.Error("the log holds what stands in a file")
	}
}
