"""Types of resources that moto's CloudFormation lacks: those whose service moto has, and stand-ins for the others."""

import json

from moto.backup.models import backup_backends
from moto.core.common_models import CloudFormationModel
from moto.ec2 import ec2_backends
from moto.sns.models import sns_backends
from moto.utilities.utils import get_partition


class Resource(CloudFormationModel):
    """What all of ours have in common; moto asks for these methods without an instance."""

    TYPE = ""
    NAME = ""  # the property that names it

    def __init__(self, physical_id: str, attributes: dict):
        self.physical_resource_id = physical_id
        self.attributes = attributes

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.TYPE

    @classmethod
    def cloudformation_name_type(cls) -> str:
        return cls.NAME

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return True

    def is_created(self) -> bool:
        return True

    def get_cfn_attribute(self, attribute: str) -> str:
        return self.attributes[attribute]

    @classmethod
    def update_from_cloudformation_json(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name) -> None:
        pass


class BackupVault(Resource):
    TYPE = "AWS::Backup::BackupVault"
    NAME = "BackupVaultName"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        vault = backup_backends[account_id][region_name].create_backup_vault(
            resource_name, properties.get("BackupVaultTags", {}), properties.get("EncryptionKeyArn", ""), resource_name
        )
        return cls(vault.backup_vault_name, {"BackupVaultArn": vault.backup_vault_arn, "BackupVaultName": vault.backup_vault_name})

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name) -> None:
        backup_backends[account_id][region_name].delete_backup_vault(resource_name)


class BackupPlan(Resource):
    TYPE = "AWS::Backup::BackupPlan"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        document = {**properties["BackupPlan"]}
        # the API has other names for two of the keys
        document["Rules"] = [{**rule, "TargetBackupVaultName": rule["TargetBackupVault"]} for rule in document.pop("BackupPlanRule")]
        for rule in document["Rules"]:
            del rule["TargetBackupVault"]
        plan = backup_backends[account_id][region_name].create_backup_plan(document, properties.get("BackupPlanTags", {}), resource_name)
        return cls(plan.backup_plan_id, {"BackupPlanId": plan.backup_plan_id, "BackupPlanArn": plan.backup_plan_arn, "VersionId": plan.version_id})

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name) -> None:
        backup_backends[account_id][region_name].delete_backup_plan(resource_name)


class SecurityGroupEgress(Resource):
    TYPE = "AWS::EC2::SecurityGroupEgress"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        ranges = [{"CidrIp": properties["CidrIp"]}] if "CidrIp" in properties else []
        groups = [{"GroupId": properties["DestinationSecurityGroupId"]}] if "DestinationSecurityGroupId" in properties else []
        ec2_backends[account_id][region_name].authorize_security_group_egress(
            properties["GroupId"], properties["IpProtocol"], properties.get("FromPort"), properties.get("ToPort"), ranges, source_groups=groups
        )
        return cls(resource_name, {})


class TopicPolicy(Resource):
    TYPE = "AWS::SNS::TopicPolicy"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        for topic in properties["Topics"]:
            sns_backends[account_id][region_name].set_topic_attribute(topic, "policy", json.dumps(properties["PolicyDocument"]))
        return cls(resource_name, {})


class StandIn(Resource):
    """Has a name and attributes, and does nothing."""

    def get_cfn_attribute(self, attribute: str) -> str:
        return self.attributes["arn"] if attribute.endswith("Arn") else f"{self.physical_resource_id}.{attribute}"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        _, service, kind = cls.TYPE.split("::")
        partition = get_partition(region_name)
        return cls(resource_name, {"arn": f"arn:{partition}:{service.lower()}:{region_name}:{account_id}:{kind.lower()}/{resource_name}"})


OURS = [BackupVault, BackupPlan, SecurityGroupEgress, TopicPolicy]


def register(stand_ins: list) -> None:
    """moto finds the models among the direct subclasses of CloudFormationModel, when it is asked for the first time."""
    from moto.cloudformation import parsing

    kinds = OURS + [type(name.replace("::", ""), (StandIn,), {"TYPE": name}) for name in stand_ins]
    models = CloudFormationModel.__subclasses__()
    known = {model.cloudformation_type() for model in models if model is not Resource}
    learned = known & {kind.TYPE for kind in kinds}
    assert not learned, f"moto has learned {sorted(learned)}: ours can go"
    parsing.get_model_list.cache_clear()
    complete = [model for model in models if model is not Resource] + kinds
    parsing.get_model_list = lambda: complete
