"""Files as people have them: what is read, mended, left out or refused, each with the right value or message.

`docs/refused.md` is made from these cases: `python tools/refused_table.py`.
"""
