"""/v1/me/devices: the devices with whose keys a person signs what they did without a network."""

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.http import current_actor, open_to_suspended, reading
from services.accounts.core.edge import command, opened
from services.accounts.core.schemas import Answer, Body, instant
from services.accounts.sign_in.api.sessions import require_shown
from services.accounts.sign_in.rules import DeviceKey
from services.accounts.sign_in.schemas import (
    DeviceAnswer,
    DeviceRevokedAnswer,
    DevicesAnswer,
    DeviceSchema,
    ShownSchema,
)
from services.accounts.sign_in.usecases.device_keys import own_devices, register_device, revoke_device

blueprint = Blueprint("devices", __name__, description="Devices / 设备")


@blueprint.route("/v1/me/devices")
class OwnDevices(MethodView):
    """The caller's devices."""

    @blueprint.doc(operationId="list_devices")
    @blueprint.response(200, DevicesAnswer)
    def get(self) -> Answer:
        """Return the caller's devices that are not revoked."""
        with reading() as connection:
            keys = own_devices(*opened(connection))
        return {"items": [_device_answer(key) for key in keys]}

    @blueprint.doc(operationId="register_device")
    @blueprint.arguments(DeviceSchema)
    @blueprint.response(200, DeviceAnswer)
    def post(self, body: Body) -> Answer:
        """Register the public key of this device, or say that it is still this one; the private one never leaves it."""
        return command(lambda store, context: _device_answer(register_device(store, context, body["public_key"])), body)


@open_to_suspended
@blueprint.route("/v1/me/devices/<key_id>/revocation")
class DeviceRevocation(MethodView):
    """The end of a device."""

    @blueprint.doc(operationId="revoke_device")
    @blueprint.arguments(ShownSchema)
    @blueprint.response(200, DeviceRevokedAnswer)
    def post(self, body: Body, key_id: str) -> Answer:
        """Revoke a device of one's own, by the password or a code: what it signed counts no more when it comes."""
        require_shown(body)
        return command(
            lambda store, context: {
                "key_id": key_id,
                "revoked_at": instant(revoke_device(store, context, key_id)),
            },
            body,
        )


def _device_answer(key: DeviceKey) -> Answer:
    return {
        "key_id": key.key_id,
        "registered_at": instant(key.registered_at),
        "current": key.session_id == current_actor().session_id,
    }
