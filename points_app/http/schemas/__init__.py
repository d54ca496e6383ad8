"""What requests may hold, by endpoint file.

Bodies are strict: a number is a number and never a string or a boolean; query strings and forms
hold text, of which only ASCII spellings are taken.
"""
