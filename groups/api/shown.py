"""What programs are shown, and the fields that both ways have in common."""

from typing import Any

from rest_framework import serializers

from hrplatform.sealing import SealedTextField


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not know: a typing error in a program is told, not passed over."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields))[:20] if isinstance(data, dict) else []
        if unknown:
            raise serializers.ValidationError({name: ["There is no such field."] for name in unknown})
        return super().to_internal_value(data)


class Shown(serializers.ModelSerializer[Any]):
    """A row as programs read it: nothing in it can be written, sealed words are open."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        SealedTextField: serializers.CharField,
    }

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.read_only = True
        return fields
