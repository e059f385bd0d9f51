"""Virtual OCPP 1.6 charging stations.

They speak to any central system over real WebSockets and know nothing of this one: nothing here imports
Django or another part of the project.
"""
