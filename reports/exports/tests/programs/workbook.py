"""Opens a workbook with openpyxl and prints its sheets as JSON: cells with their types, what is frozen, filters."""

import datetime
import json
import sys

import openpyxl

book = openpyxl.load_workbook(sys.argv[1])
sheets = {}
for sheet in book.worksheets:
    rows = []
    for row in sheet.iter_rows():
        cells = []
        for cell in row:
            value = cell.value
            if isinstance(value, datetime.datetime):
                value = value.isoformat()
            assert cell.hyperlink is None, cell.coordinate
            cells.append([cell.data_type, value])
        rows.append(cells)
    sheets[sheet.title] = {"rows": rows, "frozen": sheet.freeze_panes, "filter": sheet.auto_filter.ref}
print(json.dumps({"created": book.properties.created.isoformat(), "title": book.properties.title, "sheets": sheets}))
