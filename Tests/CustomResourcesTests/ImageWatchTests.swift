// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel
import Schema
import Testing

@testable import CustomResources

struct ImageWatchTests {
    private func watch(_ spec: JSONValue) throws -> ImageWatch {
        let object: JSONValue = ["metadata": ["name": "watch", "namespace": "shop"], "spec": spec]
        var scanner = JSONScanner(object.canonicalBytes)
        return try ImageWatch(from: &scanner)
    }

    private let full: JSONValue = [
        "suspend": true, "intervalSeconds": 600, "jitterSeconds": 60,
        "images": [["image": "ghcr.io/org/app", "policy": ["type": "CalVer"]]],
        "workloads": ["selector": ["matchLabels": ["app": "web"]], "namespaceSelector": [:]],
        "policy": [
            "type": "SemVer", "range": ">=1.2 <2",
            "tags": ["include": [#"^v?\d+\.\d+\.\d+$"#], "exclude": ["-beta"], "extract": "(.*)"],
        ],
        "maximumTags": 1_000, "minimumAgeSeconds": 86_400, "requirePlatforms": false, "criticality": "Critical",
        "qualification": ["scanPolicyRef": ["name": "nightly"]],
    ]

    @Test func `schema and type name the same fields, types and optionality`() throws {
        let type = try DecodingProbe.shape(of: ImageWatchSpec.self)
        #expect(type == ImageWatch.specSchema.probeShape)
    }

    @Test func `reads everything that it may hold`() throws {
        let spec = try watch(full).spec
        #expect(spec.images == [.init(image: "ghcr.io/org/app", policy: .init(type: .calVer))])
        #expect(spec.policy?.tags?.exclude == ["-beta"])
        #expect(spec.effectiveInterval == .seconds(600))
        #expect(spec.effectiveMinimumAge == .seconds(86_400))
        #expect(!spec.requiresPlatforms && spec.isSuspended)
        #expect(spec.qualification?.scanPolicyRef.name == "nightly")
    }

    @Test func `what is absent has its default`() throws {
        let spec = try watch([:]).spec
        #expect(spec == ImageWatchSpec())
        #expect(spec.effectiveInterval == .seconds(21_600))
        #expect(spec.requiresPlatforms && !spec.isSuspended)
        #expect(spec.effectiveMaximumTags == 20_000)
    }

    @Test(
        arguments: [
            ["intervalSeconds": 59], ["policy": ["type": "semver"]], ["policy": ["tags": ["include": [""]]]],
            ["images": [[:]]], ["maximumTags": 0], ["qualification": [:]],
            ["qualification": ["scanPolicyRef": ["name": "not a name"]]],
            ["criticality": "High"], ["images": "nginx"],
        ] as [JSONValue])
    func `refuses what its schema does not allow`(spec: JSONValue) {
        #expect(throws: JSONError.self) { try watch(spec) }
    }

    @Test func `a status is what it was after it was written and read`() throws {
        var image = ImageWatchStatus.Image(image: "r.io/a:1")
        image.usedBy = [.init(namespace: "x", kind: "Deployment", name: "web")]
        image.policy = "SemVer"
        image.running = .init(tag: "1", digest: "sha256:a")
        image.latest = .init(tag: "2", firstSeenTime: Timestamp(secondsSinceEpoch: 5))
        image.outdated = true
        image.outdatedSinceTime = Timestamp(secondsSinceEpoch: 6)
        image.moved = true
        image.withdrawn = true
        image.candidates = [.init(tag: "3")]
        image.rejected = ["NotAVersion": 3]
        image.lastError = .init("RateLimited", "wait")
        image.advice = .init(digest: "sha256:b", fixes: [.critical: 3, .high: 0], adds: [.critical: 0, .high: 1])
        image.adviceDueTime = Timestamp(secondsSinceEpoch: 7)
        var watch = try watch([:])
        var status = ImageWatchStatus()
        status.images = [image]
        watch.observedStatus = status.json
        #expect(ImageWatch.statusSchema.validate(status.json, path: "status").isEmpty)
        #expect(watch.observedImages == [image])
        watch.observedStatus = [
            "images": [
                5, [:], ["image": "x", "latest": 5, "candidates": ["x"], "advice": 5],
                ["image": "y", "advice": ["digest": "d", "fixes": ["critical": -1, "high": "x"], "adds": 5]],
            ]
        ]
        #expect(watch.observedImages.map(\.image) == ["x", "y"])
        #expect(watch.observedImages.map(\.advice?.sentence) == [nil, "fixes 0, adds 0"])
    }

    @Test func `advice is a sentence: the worst first, what there is none of left out`() {
        let advice = UpdateAdvice(
            digest: "d", fixes: [.low: 2, .critical: 3, .high: 0], adds: [.critical: 0])
        #expect(advice.sentence == "fixes 3 critical, 2 low, adds 0")
    }
}
