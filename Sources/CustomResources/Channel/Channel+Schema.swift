// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Schema

extension Channel {
    package static let definition = CustomResourceDefinition(
        resource: resource, shortName: "chan",
        schema: .object(
            "Delivers what objects of its namespace have to tell, each message at least once.",
            ["spec": specSchema, "status": statusSchema], required: ["spec"]),
        columns: [
            PrinterColumn("Type", .string, ".spec.type"),
            PrinterColumn("Pending", .integer, ".status.pending"),
            .condition("Ready"),
            PrinterColumn("Healthy", .string, ".status.conditions[?(@.type==\"DeliveriesHealthy\")].status"),
            PrinterColumn("Last", .date, ".status.lastDeliveryTime"),
            PrinterColumn("Error", .string, ".status.lastError.reason", isWide: true),
            .age,
        ],
        hasStatus: true)

    package static let specSchema = Schema.object(
        "Where messages go, and how.",
        [
            "suspend": .boolean("Send nothing; notices wait."),
            "type": .oneOf(
                "How the receiver is spoken to. Webhook: JSON by POST, as Standard Webhooks has it. Default: Webhook.",
                ChannelSpec.ChannelType.allCases.map(\.rawValue)),
            "webhook": .object(
                "The receiver of a Webhook.",
                [
                    "url": .string(
                        "https://host/path. Where the path is a secret, use urlSecretRef.", minimumLength: 1,
                        maximumLength: 2_048),
                    "urlSecretRef": secretKey("The Secret with the URL."),
                    "signing": .object(
                        "Signs messages with HMAC-SHA256: header webhook-signature over id, time and body.",
                        [
                            "secretRef": secretKey(
                                "The Secret with the signing secret: whsec_ and base64, or 24 bytes or more as they are."
                            ),
                            "previousSecretRef": secretKey(
                                "The secret before, while receivers change over: messages bear both signatures."),
                        ], required: ["secretRef"]),
                ]),
            "offeredTo": .array(
                "Namespaces whose objects may name this channel too; * is all. Only in the operator's own namespace.",
                of: .string(minimumLength: 1, maximumLength: 63), list: .set, maximumCount: 256),
            "deadlineSeconds": .integer(
                "How long a message is tried. Default: 86400, a day.", minimum: 60, maximum: 604_800),
        ])

    private static func secretKey(_ description: String) -> Schema {
        .object(
            description,
            [
                "name": .string(
                    "Its name, in this namespace.", pattern: CommonSchemas.objectName, minimumLength: 1,
                    maximumLength: 253),
                "key": .string("The key.", minimumLength: 1, maximumLength: 253),
            ], required: ["name", "key"])
    }

    package static let statusSchema = Schema.object(
        "How deliveries stand.",
        CommonSchemas.status.merging([
            "pending": .integer("Notices that wait or are under way."),
            "settled": .array(
                "Notices that are over, until the objects that list them have taken them out.",
                of: .object(
                    "",
                    [
                        "id": .string("Which."),
                        "outcome": .oneOf("How it ended.", ChannelStatus.Settlement.Outcome.allCases.map(\.rawValue)),
                    ], required: ["id", "outcome"]), maximumCount: ChannelStatus.maximumSettled),
            "lastDeliveryTime": .time("When the receiver last accepted a message."),
            "lastError": .object(
                "Why the last try failed; absent after a success.",
                ["reason": .string("In one CamelCase word."), "message": .string("For people.")]),
            "lastHandledReconcileAt": .string(
                "The value of the annotation reconcile.fluxcd.io/requestedAt that was last seen."),
        ]) { own, _ in own })
}
