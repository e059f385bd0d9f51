"""The catalogue of station models: data files, what they may say, and which station matches which. Knows no database."""
