"""A published dataset in the forms that training frameworks read, one file a format."""
