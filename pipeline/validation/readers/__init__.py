"""From files of many formats to neutral rows: one file a format, and what they share."""
