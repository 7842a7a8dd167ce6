"""The rules, one file each, or a family; `table.py` lists them."""
