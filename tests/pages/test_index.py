from rnn_trading.pages.index import index_page
from tests.records import record


def test_an_index_leads_to_the_page_of_every_experiment():
    made = {
        "a.up.skill": record("a.up", "corrected", 0.6, 0.55, finding="<b>It is so", finding_kind="worse"),
        "a.down.skill": record("a.down", "corrected", 3.0, 4.0, metric="rmse", changed={"x": "1"}),
    }
    page = index_page(stamped="Made in a test.", **made, **{"a.up.page": "", "a.down.page": ""})
    assert page.index('href="../a.down/page.html"') < page.index('href="../a.up/page.html"')
    assert "&lt;b&gt;It is so" in page
    assert page.count("not as in conf/base") == 1
    assert page.count("href=") == 1 + 2  # the icon, and the links
    assert "Made in a test." in page
    assert page.count("▼") == page.count("○") == 1
