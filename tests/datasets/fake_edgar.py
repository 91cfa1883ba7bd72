"""A server on loopback that answers as EDGAR does."""

import http.server
import json

COCA_COLA, WALMART, PEPSI = 21344, 104169, 77476  # KO, WMT and PEP in the list that edgartools carries
REPORTS = {
    "0000021344-14-000008": (
        COCA_COLA,
        "10-K",
        "2014-02-27",
        "20140227163307",
        "Item 1. Business\nWe sell drinks.\nItem 2. x",
    ),
    "0000021344-15-000005": (COCA_COLA, "10-K", "2015-02-25", "20150225143307", "Item 7. MD&A\nSales rose.\nItem 8. x"),
    "0000021344-15-000099": (COCA_COLA, "10-K/A", "2015-03-25", "20150325143307", "An amendment"),
    "0000021344-16-000050": (COCA_COLA, "10-K", "2016-02-25", "20160225143307", "Item 1. Too late"),
    "0000077476-14-000007": (PEPSI, "10-K", "2014-02-14", "20140214160000", "Item 1. Business\nWe sell drinks, too."),
    "0000077476-15-000012": (PEPSI, "10-K", "2015-02-12", "20150212160000", "Item 1. Business\nWe still do."),
    "0000104169-15-000011": (WALMART, "10-K", "2015-04-01", "20150401080000", "Item 1. Business\nWe sell all else."),
}


BREAKS_OFF = 0


def submissions(cik):
    rows = {number: report for number, report in REPORTS.items() if report[0] == cik}
    columns = {
        "accessionNumber": list(rows),
        "filingDate": [report[2] for report in rows.values()],
        "form": [report[1] for report in rows.values()],
        # As EDGAR's own list: hours off for some firms.
        "acceptanceDateTime": [f"{report[2]}T23:59:59.000Z" for report in rows.values()],
        "size": [1000 for _ in rows],
        "isXBRL": [0 for _ in rows],
        "isInlineXBRL": [0 for _ in rows],
        "primaryDocument": ["report.txt" for _ in rows],
    }
    empty = ("reportDate", "act", "fileNumber", "filmNumber", "items", "primaryDocDescription", "core_type")
    columns |= {name: ["" for _ in rows] for name in empty}
    about = {"cik": str(cik), "name": "A firm", "entityType": "operating", "sic": "2086", "sicDescription": "Drinks"}
    about |= {"tickers": ["KO"], "exchanges": ["NYSE"], "formerNames": [], "category": "", "fiscalYearEnd": "1231"}
    address = {
        "street1": "",
        "street2": None,
        "city": "",
        "stateOrCountry": "",
        "zipCode": "",
        "stateOrCountryDescription": "",
    }
    about |= {"addresses": {"mailing": address, "business": address}, "insiderTransactionForOwnerExists": 0}
    about |= {"insiderTransactionForIssuerExists": 0, "flags": "", "ein": "", "description": "", "website": ""}
    about |= {"investorWebsite": "", "stateOfIncorporation": "", "stateOfIncorporationDescription": "", "phone": ""}
    return json.dumps(about | {"filings": {"recent": columns, "files": []}})


def submission_text(number):
    cik, form, filed, accepted, text = REPORTS[number]
    day = filed.replace("-", "")
    return (
        f"<SEC-DOCUMENT>{number}.txt : {day}\n<SEC-HEADER>{number}.hdr.sgml : {day}\n<ACCEPTANCE-DATETIME>{accepted}\n"
        f"ACCESSION NUMBER:\t\t{number}\nCONFORMED SUBMISSION TYPE:\t{form}\nPUBLIC DOCUMENT COUNT:\t\t1\n"
        f"CONFORMED PERIOD OF REPORT:\t{day}\nFILED AS OF DATE:\t\t{day}\nDATE AS OF CHANGE:\t\t{day}\n\n"
        f"FILER:\n\n\tCOMPANY DATA:\t\n\t\tCOMPANY CONFORMED NAME:\t\t\tA FIRM\n"
        f"\t\tCENTRAL INDEX KEY:\t\t\t{cik:010d}\n"
        f"</SEC-HEADER>\n<DOCUMENT>\n<TYPE>{form}\n<SEQUENCE>1\n<FILENAME>report.txt\n<TEXT>\n{text}\n</TEXT>\n</DOCUMENT>\n"
        "</SEC-DOCUMENT>\n"
    )


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, self.headers["User-Agent"]))
        name = self.path.rsplit("/", 1)[-1]
        if self.server.answers.get(name):
            self.answer(*self.server.answers[name].pop(0))
        elif self.server.broken.get(name) == BREAKS_OFF:
            self.connection.close()
        elif name in self.server.broken:
            self.send_error(self.server.broken[name])
        elif name.startswith("CIK") and int(name[3:13]) in (COCA_COLA, WALMART, PEPSI):
            self.answer(submissions(int(name[3:13])))
        elif name.removesuffix(".txt") in REPORTS:
            self.answer(submission_text(name.removesuffix(".txt")))
        elif name == "report.txt":
            folder = self.path.split("/")[-2]
            number = next(number for number in REPORTS if number.replace("-", "") == folder)
            self.answer(REPORTS[number][4])
        else:
            self.send_error(404)

    def answer(self, text, status=200, come_back=None):
        self.send_response(status)
        if come_back:
            self.send_header("Retry-After", come_back)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass
