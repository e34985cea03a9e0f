"""What moto's file systems and access points lack in CloudFormation: the attributes that Fn::GetAtt asks for, and their deletion."""

from moto.efs.models import AccessPoint, FileSystem


def add(model: type, attributes: dict, physical_id: str) -> None:
    assert "get_cfn_attribute" not in vars(model), f"moto has learned the attributes of {model.__name__}: this file can go"
    model.get_cfn_attribute = lambda self, name: getattr(self, attributes[name])
    model.has_cfn_attr = classmethod(lambda _cls, name: name in attributes)
    if not hasattr(model, "physical_resource_id"):
        model.physical_resource_id = property(lambda self: getattr(self, physical_id))


def register() -> None:
    add(FileSystem, {"Arn": "file_system_arn", "FileSystemId": "file_system_id"}, "file_system_id")
    add(AccessPoint, {"Arn": "access_point_arn", "AccessPointId": "access_point_id"}, "access_point_id")
