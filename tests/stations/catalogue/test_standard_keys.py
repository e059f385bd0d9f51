"""What we say about the parameters of the standard."""

import pytest

from stations.catalogue.standard_keys import HINTS, hint_of, is_of_one_station, is_secret

NEEDED = {
    "AllowOfflineTxForUnknownId", "AuthorizationCacheEnabled", "AuthorizeRemoteTxRequests", "BlinkRepeat",
    "ClockAlignedDataInterval", "ConnectionTimeOut", "ConnectorPhaseRotation", "ConnectorPhaseRotationMaxLength",
    "GetConfigurationMaxKeys", "HeartbeatInterval", "LightIntensity", "LocalAuthorizeOffline", "LocalPreAuthorize",
    "MaxEnergyOnInvalidId", "MeterValuesAlignedData", "MeterValuesAlignedDataMaxLength", "MeterValuesSampledData",
    "MeterValuesSampledDataMaxLength", "MeterValueSampleInterval", "MinimumStatusDuration", "NumberOfConnectors",
    "ResetRetries", "StopTransactionOnEVSideDisconnect", "StopTransactionOnInvalidId", "StopTxnAlignedData",
    "StopTxnAlignedDataMaxLength", "StopTxnSampledData", "StopTxnSampledDataMaxLength", "SupportedFeatureProfiles",
    "SupportedFeatureProfilesMaxLength", "TransactionMessageAttempts", "TransactionMessageRetryInterval",
    "UnlockConnectorOnEVSideDisconnect", "WebSocketPingInterval", "LocalAuthListEnabled", "LocalAuthListMaxLength",
    "SendLocalListMaxLength", "ReserveConnectorZeroSupported", "ChargeProfileMaxStackLevel",
    "ChargingScheduleAllowedChargingRateUnit", "ChargingScheduleMaxPeriods", "ConnectorSwitch3to1PhaseSupported",
    "MaxChargingProfilesInstalled", "SupportedFileTransferProtocols", "AdditionalRootCertificateCheck",
    "AuthorizationKey", "CertificateSignedMaxChainSize", "CertificateStoreMaxLength", "CpoName", "SecurityProfile",
}  # fmt: skip


def test_every_parameter_of_the_standard_is_explained_once():
    keys = [hint.key.lower() for hint in HINTS]
    assert len(set(keys)) == len(keys)
    assert {key for key in NEEDED if hint_of(key) is None} == set()


@pytest.mark.parametrize("hint", HINTS, ids=lambda hint: hint.key)
def test_each_is_a_sentence_and_a_range_that_can_be(hint):
    assert str(hint.meaning).endswith(".")
    assert str(hint.meaning)[0].isupper()
    assert hint_of(hint.key.upper()) is hint
    assert hint.minimum is None or hint.maximum is None or hint.minimum < hint.maximum
    assert not hint.choices or hint.type in ("list", "text")


@pytest.mark.parametrize(
    ("key", "secret", "own"),
    [
        ("AuthorizationKey", True, False),
        ("wifi_Password", True, False),
        ("HeartbeatInterval", False, False),
        ("CentralSystemURL", False, True),
        ("ChargeBoxIdentity", False, True),
        ("MeterValuesSampledData", False, False),
    ],
)
def test_secrets_and_what_belongs_to_one_station_are_known_by_name(key, secret, own):
    assert (is_secret(key), is_of_one_station(key)) == (secret, own)


def test_no_parameter_of_the_standard_belongs_to_one_station():
    assert [hint.key for hint in HINTS if is_of_one_station(hint.key)] == []
