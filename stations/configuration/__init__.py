"""What a station's configuration is and should be: computed from rows that are loaded; nothing is written here."""
