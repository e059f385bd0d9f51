"""The rules of single actions (``operation_rules``); ``AppConfig.ready`` imports this."""
