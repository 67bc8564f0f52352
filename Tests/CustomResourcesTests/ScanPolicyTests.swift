// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel
import Schema
import Testing

@testable import CustomResources

struct ScanPolicyTests {
    private func policy(_ spec: JSONValue?) throws -> ScanPolicy {
        var object: JSONValue = [
            "apiVersion": "watchbill.dev/v1alpha1", "kind": "ScanPolicy",
            "metadata": ["name": "nightly", "namespace": "shop", "generation": 3],
        ]
        object["spec"] = spec
        var scanner = JSONScanner(object.canonicalBytes)
        return try ScanPolicy(from: &scanner)
    }

    private let full: JSONValue = [
        "suspend": true, "schedule": "0 3 * * *", "timeZone": "Europe/Paris", "jitterSeconds": 60, "onNewImage": false,
        "suppressions": [
            [
                "id": "CVE-2024-0001", "package": "openssl", "image": "*/web*", "reason": "not reachable",
                "expiresTime": "2027-01-01T00:00:00Z",
            ]
        ],
        "vex": [["configMap": "vex", "key": "openvex.json"]],
        "compliance": ["maximumCritical": 0, "maximumHigh": 5, "maximumSecrets": 0],
        "workloads": [
            "selector": [
                "matchLabels": ["app": "web"],
                "matchExpressions": [["key": "tier", "operator": "In", "values": ["a"]]],
            ],
            "excludeKinds": ["CronJob"], "namespaceSelector": [:],
        ],
        "images": ["nginx:1.27"], "excludeImages": ["registry.k8s.io/*"], "scanners": ["Vulnerability", "License"],
        "minimumSeverity": "High", "ignoreUnfixed": true,
        "job": [
            "placement": "Workload", "retries": 1, "timeoutSeconds": 60,
            "resources": ["limits": ["cpu": 1, "memory": "1Gi"]],
            "serviceAccountName": "scanner", "imagePullSecrets": ["regcred"], "nodeSelector": ["disk": "ssd"],
            "tolerations": [["key": "spot", "operator": "Exists", "effect": "NoSchedule", "tolerationSeconds": 5]],
        ],
        "reports": ["maximumFindings": 10, "retentionSeconds": 60],
    ]

    @Test func `schema and type name the same fields, types and optionality`() throws {
        let type = try DecodingProbe.shape(of: ScanPolicySpec.self)
        let schema = try #require(ScanPolicy.specSchema.probeShape)
        #expect(type.description == schema.description)
    }

    @Test func `reads every field`() throws {
        let policy = try policy(full)
        #expect(policy.metadata.generation == 3)
        #expect(policy.spec.isSuspended && policy.spec.effectiveScanners == [.vulnerability, .license])
        #expect(policy.spec.workloads?.selector?.matches(["app": "web", "tier": "a"]) == true)
        #expect(policy.spec.workloads?.namespaceSelector == LabelSelector())
        #expect(policy.spec.job?.resources?.limits == ["cpu": Quantity("1"), "memory": Quantity("1Gi")])
        #expect(policy.spec.job?.tolerations?.first?.json["tolerationSeconds"] == 5)
        #expect(policy.spec.effectiveRetention == .seconds(60) && policy.spec.effectiveRetries == 1)
        #expect(ScanPolicy.specSchema.validate(full, unknownFields: .refused).isEmpty)
    }

    @Test func `an empty spec has the documented defaults`() throws {
        let spec = try policy([:]).spec
        #expect(!spec.isSuspended && spec.workloads == nil && spec.effectiveScanners == [.vulnerability, .secret])
        #expect(spec.effectivePlacement == .auto && spec.effectiveRetries == 3 && spec.effectiveTimeoutSeconds == 600)
        #expect(spec.effectiveMaximumFindings == 500 && spec.effectiveRetention == .seconds(604_800))
    }

    @Test(
        arguments: [
            (nil, "spec", "Required value"),
            ("text", "spec", #"Invalid value: "string""#),
            (["suspend": "yes"], "spec.suspend", "must be of type boolean"),
            (["scanners": ["Virus"]], "spec.scanners[0]", #"Unsupported value: "Virus": supported values:"#),
            (["job": ["retries": -1]], "spec.job.retries", "greater than or equal to 0"),
            (["job": ["timeoutSeconds": .number("1e99")]], "spec.job.timeoutSeconds", "must be of type integer"),
            (["job": ["resources": ["limits": ["cpu": "lots"]]]], #"spec.job.resources.limits["cpu"]"#, "should match"),
            (["job": ["imagePullSecrets": ["Not A Name"]]], "spec.job.imagePullSecrets[0]", "should match"),
            (["workloads": []], "spec.workloads", "must be of type object"),
            (["images": [.null]], "spec.images[0]", "must be of type string"),
            (
                ["workloads": ["selector": ["matchLabels": ["a": 1]]]], #"spec.workloads.selector.matchLabels["a"]"#,
                "must be of type string"
            ),
        ] as [(JSONValue?, String, String)])
    func `a wrong spec is an error with a path`(spec: JSONValue?, path: String, reason: String) throws {
        let error = try #require(throws: JSONError.self) { try policy(spec) }
        #expect(error.path == path)
        #expect(error.reason.contains(reason), "\(error)")
    }

    @Test func `nulls count as absent and whole numbers as integers, as the API server takes them`() throws {
        let spec = try policy([
            "workloads": .null, "job": ["retries": .number("2.0"), "nodeSelector": ["a": .null, "b": "c"]],
        ]).spec
        #expect(spec.workloads == nil && spec.job?.retries == 2 && spec.job?.nodeSelector == ["b": "c"])
    }

    @Test func `fields of a later version are no error`() throws {
        #expect(try policy(["novelty": "x", "job": ["novel": 1]]).spec == policy(["job": [:]]).spec)
    }

    @Test func `the status that is written fits the schema and leaves nothing null`() throws {
        var status = ScanPolicyStatus()
        status.images.matched = 2
        status.failures = [
            .init(
                image: "a", attempts: 1, reason: .imageNotFound, message: "m",
                nextAttemptTime: Timestamp(secondsSinceEpoch: 0))
        ]
        status.lastScanTime = Timestamp(secondsSinceEpoch: 1)
        status.databaseUpdatedTime = Timestamp(secondsSinceEpoch: 2)
        status.trivyVersion = "0.76.0"
        status.lastHandledReconcileAt = "token"
        for json in [status.json, ScanPolicyStatus().json] {
            let schema = try #require(ScanPolicy.definition.schema["status"])
            #expect(schema.validate(json, unknownFields: .refused) == [])
        }
        #expect(ScanPolicyStatus().json.objectValue?.keys.sorted() == ["images", "summary"])
    }

    @Test(
        arguments: [
            (LabelSelector(), ["a": "1"], true),
            (LabelSelector(matchLabels: ["a": "1"]), ["a": "2"], false),
            (LabelSelector(matchExpressions: [.init("a", .isNotIn, ["1"])]), [:], true),
            (LabelSelector(matchExpressions: [.init("a", .isNotIn, ["1"])]), ["a": "1"], false),
            (LabelSelector(matchExpressions: [.init("a", .isIn, ["1", "2"])]), ["a": "2"], true),
            (LabelSelector(matchExpressions: [.init("a", .isIn, ["1"])]), [:], false),
            (LabelSelector(matchExpressions: [.init("a", .exists)]), ["a": ""], true),
            (LabelSelector(matchExpressions: [.init("a", .doesNotExist), .init("b", .exists)]), ["b": ""], true),
        ] as [(LabelSelector, [String: String], Bool)])
    func `selects as Kubernetes does`(selector: LabelSelector, labels: [String: String], isMatch: Bool) {
        #expect(selector.matches(labels) == isMatch)
    }

    @Test func `says which requirement of a selector cannot be met`() {
        let selector = LabelSelector(matchExpressions: [.init("a", .exists), .init("b", .isIn)])
        #expect(selector.problem(at: "spec.s")?.hasPrefix("spec.s.matchExpressions[1].values: Required value") == true)
        #expect(
            LabelSelector(matchExpressions: [.init("a", .exists, ["x"])]).problem(at: "s")?.contains("Forbidden")
                == true)
        #expect(LabelSelector(matchExpressions: [.init("a", .isIn, ["x"])]).problem(at: "s") == nil)
    }
}
