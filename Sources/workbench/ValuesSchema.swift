// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Schema

/// Types and bounds of the chart's values. What they mean stands in `values.yaml`, above each.
enum ValuesSchema {
    static let root = Schema.object(
        "",
        [
            "nameOverride": .string(maximumLength: 63), "fullnameOverride": .string(maximumLength: 63),
            "replicas": .integer(minimum: 1, maximum: 5),
            "leaderElection": .object("", ["enabled": .boolean()]),
            "image": .object(
                "",
                [
                    "repository": .string(minimumLength: 1, maximumLength: 512),
                    "tag": .string(pattern: "^[A-Za-z0-9_]?[A-Za-z0-9_.-]*$", maximumLength: 128),
                    "digest": .string(pattern: "^(sha256:[0-9a-f]{64})?$"),
                    "pullPolicy": .oneOf("", ["IfNotPresent", "Always", "Never"]),
                ]),
            "imagePullSecrets": names, "watchNamespaces": names,
            "secretAccess": .object("", ["namespaces": names]),
            "log": .object(
                "",
                [
                    "level": .oneOf("", ["trace", "debug", "info", "notice", "warning", "error", "critical"]),
                    "format": .oneOf("", ["json", "text"]),
                ]),
            "config": config,
            "crds": .object("", ["install": .boolean(), "cel": .boolean()]),
            "serviceAccount": .object(
                "", ["create": .boolean(), "name": optionalName, "annotations": texts]),
            "rbac": .object("", ["create": .boolean()]), "userRoles": .object("", ["create": .boolean()]),
            "resources": free,
            "podDisruptionBudget": .object(
                "",
                [
                    "enabled": .boolean(), "maxUnavailable": .integerOrString("", pattern: "^[0-9]+%?$"),
                    "minAvailable": .integerOrString("", pattern: "^([0-9]+%?)?$"),
                ]),
            "topologySpreadConstraints": .array(of: free), "nodeSelector": texts, "tolerations": .array(of: free),
            "affinity": free, "priorityClassName": optionalName,
            "podSecurityContext": .object(
                "", ["runAsUser": identifier, "runAsGroup": identifier, "fsGroup": identifier]),
            "commonLabels": texts, "podLabels": texts, "podAnnotations": texts,
            "metrics": .object(
                "",
                [
                    "service": .object("", ["enabled": .boolean(), "annotations": texts]),
                    "serviceMonitor": .object(
                        "",
                        [
                            "enabled": .boolean(), "labels": texts, "interval": duration, "scrapeTimeout": duration,
                        ]),
                ]),
            "hints": .object(
                "",
                [
                    "enabled": .boolean(), "secretName": optionalName, "service": .object("", ["annotations": texts]),
                ]),
            "networkPolicy": .object(
                "",
                [
                    "enabled": .boolean(), "metricsFrom": .array(of: free), "hintsFrom": .array(of: free),
                    "egressPorts": .array(of: port),
                    "extraEgress": .array(of: free),
                ]),
            "ingressRoute": ingressRoute,
            "cleanup": .object("", ["enabled": .boolean(), "timeoutSeconds": .integer(minimum: 10, maximum: 600)]),
            "tests": .object("", ["timeoutSeconds": .integer(minimum: 10, maximum: 600)]),
            "allowUnsupportedKubernetes": .boolean(), "extraObjects": .array(of: .anything()),
            // Helm's own, for charts that have this one as a part.
            "global": free,
        ])

    /// The operator's configuration without what the chart decides.
    private static var config: Schema {
        guard case .object(var rules) = OperatorConfiguration.schema.shape else { return OperatorConfiguration.schema }
        rules.properties["operatorNamespace"] = nil
        rules.properties["courierImage"] = nil
        if let scanPod = rules.properties["scanPod"], case .object(var members) = scanPod.shape {
            members.properties["priorityClassName"] = optionalName
            rules.properties["scanPod"] = Schema(.object(members), scanPod.description)
        }
        return Schema(.object(rules), OperatorConfiguration.schema.description)
    }

    private static let ingressRoute = Schema.object(
        "",
        [
            "enabled": .boolean(), "host": .string(pattern: "^[A-Za-z0-9.-]*$", maximumLength: 253),
            "entryPoints": .array(of: .string(minimumLength: 1)),
            "paths": .array(of: .string(pattern: "^/[^`]*$", maximumLength: 253)),
            "tls": .object(
                "",
                ["certResolver": .string(), "secretName": optionalName, "options": texts]),
            "oauth": .object(
                "",
                [
                    "enabled": .boolean(), "chain": optionalName, "address": .string(pattern: "^(https?://.+)?$"),
                    "responseHeaders": .array(of: .string(minimumLength: 1)),
                    "service": .object("", ["name": optionalName, "namespace": optionalName, "port": port]),
                ]),
            "homepage": .object(
                "",
                [
                    "enabled": .boolean(), "name": .string(), "group": .string(), "icon": .string(),
                    "description": .string(), "href": .string(), "weight": .integer(minimum: 0), "extra": free,
                ]),
        ])

    private static let subdomain = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
    private static let name = Schema.string(pattern: "^\(subdomain)$", maximumLength: 253)
    private static let optionalName = Schema.string(pattern: "^(\(subdomain))?$", maximumLength: 253)
    private static let names = Schema.array(of: name, list: .set)
    private static let texts = Schema.map(of: .string())
    private static let identifier = Schema.integer(minimum: 0, maximum: 4_294_967_294)
    private static let port = Schema.integer(minimum: 1, maximum: 65_535)
    private static let duration = Schema.string(pattern: "^([0-9]+(ms|s|m|h))+$")
    private static let free = Schema.object("", [:], preservesUnknown: true)
}
