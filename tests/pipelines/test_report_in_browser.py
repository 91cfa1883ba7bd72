"""The report and the page of an experiment as a browser shows them."""

import contextlib
import json
import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from rnn_trading.pages.experiment import experiment_page
from rnn_trading.pages.table import COLUMNS
from tests.pipelines.conftest import FIGURES, NAME, PAGE
from tests.records import record


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium with its console."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("needs Debian's packages chromium and chromium-driver")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--window-size=1400,900", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    os.environ["SE_AVOID_STATS"] = "true"
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    yield chrome
    chrome.quit()


def column(browser, position: int) -> list[str]:
    from selenium.webdriver.common.by import By

    return [cell.text for cell in browser.find_elements(By.CSS_SELECTOR, f"#skill tbody tr > :nth-child({position})")]


NO_SCORE = "stacked_lstm.regression"
OTHERS = {
    "univariate_regression.level": record("univariate_regression.level", "corrected", 45.0, 44.0, "rmse"),
    NO_SCORE: record(NO_SCORE, "corrected", 0.1, 0.05),
}
OTHERS[NO_SCORE]["headline"] |= {"value": None, "interval": [None, None]}


def test_the_page_works_in_a_browser(browser, reported):
    from selenium.webdriver.common.by import By

    folder = reported(**{f"corrected/{name}/skill.json": json.dumps(one).encode() for name, one in OTHERS.items()})
    browser.get(Path(folder / PAGE).as_uri())
    names = column(browser, 1)
    assert len(names) == 1 + len(OTHERS)
    assert "22 models have no record yet" in browser.find_element(By.CSS_SELECTOR, "#skill tfoot").text
    heads = {head.text.split()[0]: head for head in browser.find_elements(By.CSS_SELECTOR, "#skill button.sort")}
    heads["Experiment"].click()
    assert column(browser, 1) == sorted(names)
    heads["Experiment"].click()
    assert column(browser, 1) == sorted(names, reverse=True)
    # What is missing stays last, both ways.
    for direction in ("ascending", "descending"):
        heads["Corrected"].click()
        assert column(browser, 1)[-1] == NO_SCORE
        assert browser.find_element(By.CSS_SELECTOR, f'th[aria-sort="{direction}"]').text.startswith("Corrected")
    details = browser.find_element(By.XPATH, f"//details[summary[contains(., '{NAME}')]]")
    details.find_element(By.TAG_NAME, "summary").click()
    images = details.find_elements(By.TAG_NAME, "img")
    assert len(images) == len(FIGURES)
    for image in images:
        browser.execute_script("arguments[0].scrollIntoView(); arguments[0].loading = 'eager'", image)
        browser.execute_async_script("arguments[0].decode().then(arguments[1])", image)
        assert browser.execute_script("return arguments[0].naturalWidth", image) > 300
    assert browser.get_log("browser") == []


@pytest.mark.parametrize("page", [PAGE, f"data/08_reporting/corrected/{NAME}/page.html"])
def test_a_page_fits_a_phone(browser, reported, page):
    """Only what says that it is wider moves sideways; a row is a card that begins with scores and finding."""
    folder = reported()
    if page != PAGE:
        one = json.loads((folder / page).with_name("skill.json").read_text())
        one["tests"] = [one["tests"][0] | {"rival": "ridge", "mean_difference": -0.1}]
        (folder / page).write_text(experiment_page(one, model_and_rivals=Image.new("RGB", (1200, 600))))
    with seen_at(browser, 390, folder / page):
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
        wide = browser.execute_script(WIDER_THAN_THEIR_BOX)
        assert {label.partition(" of ")[0] for label in wide} <= {"All models in one picture", "Published figures"}
        if page == PAGE:
            tops = {name: browser.execute_script(TOP_OF_CELL, name) for name in COLUMNS if name != "Score"}
            assert tops["Experiment"] < tops["Corrected"] == tops["Careful"] < tops["Finding"]
            assert all(tops["Finding"] < top for name, top in tops.items() if name not in FIRST_ON_A_CARD)
    with seen_at(browser, 800, folder / page):
        assert (
            browser.execute_script("return getComputedStyle(document.querySelector('.cards thead')).display") != "none"
        )


FIRST_ON_A_CARD = ("Experiment", "Corrected", "Careful", "Finding")
TOP_OF_CELL = "return document.querySelector(`#skill [data-column='${arguments[0]}']`).getBoundingClientRect().top"
WIDER_THAN_THEIR_BOX = """
const boxes = [...document.querySelectorAll(".scroll")];
return boxes.filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.ariaLabel);
"""


@contextlib.contextmanager
def seen_at(browser, width, path):
    """A page as it is seen on a screen of a width."""
    metrics = {"width": width, "height": 780, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(path.as_uri())
    yield
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
