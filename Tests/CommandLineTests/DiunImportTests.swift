// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import ImageWatchController
import JSONScan
import KubernetesModel
import OCIModel
import Planning
import Schema
import Testing
import YAML

@testable import CommandLine

struct DiunImportTests {
    private static let canary = "canary-3f81"

    private func run(
        _ texts: String..., target: DiunImport.Target = .init(), lists: [String: String] = [:]
    ) throws -> DiunImport {
        let files = texts.enumerated().map { DiunImport.File(path: "f\($0).yml", bytes: Array($1.utf8)) }
        let result = try DiunImport(files, for: target) { path in lists[path].map { Array($0.utf8) } }
        for watch in result.watches {
            #expect(ImageWatch.specSchema.validate(watch["spec"] ?? .null, path: "spec") == [])
            #expect(ImageWatch.specSchema.pruned(watch["spec"] ?? .null) == watch["spec"])
        }
        #expect(try JSONValue.yamlDocuments(Array(result.yaml.utf8)) == result.watches)
        let shown = result.yaml + result.notes.map(\.text).joined()
        #expect(!shown.contains(Self.canary))
        return result
    }

    /// What the watch is accepted as, and what it asks registries.
    private func plan(_ watch: JSONValue) throws -> Plan {
        var scanner = JSONScanner(watch.canonicalBytes)
        var object = try ImageWatch(from: &scanner)
        object.metadata.uid = "w"
        if object.metadata.namespace.isEmpty { object.metadata.namespace = "shop" }
        var configuration = OperatorConfiguration()
        configuration.operatorNamespace = "watchbill-system"
        var world = World(configuration: configuration)
        let namespace = ObjectMetadata(name: object.metadata.namespace)
        world[Namespace.self][ObjectKey(name: namespace.name)] = .object(Namespace(metadata: namespace))
        return ImageWatchController.plan(object, in: world, at: Timestamp(secondsSinceEpoch: 1_700_000_000))
    }

    private func spec(_ result: DiunImport, _ index: Int = 0) throws -> JSONValue {
        try #require(result.watches.indices.contains(index) ? result.watches[index]["spec"] : nil)
    }

    @Test func `Pods that ask for it are watched in the namespaces that are named`() throws {
        let result = try run(
            """
            db: {path: /data/diun.db}
            watch: {workers: 20, schedule: "0 */6 * * *", jitter: 30s}
            providers:
              kubernetes: {namespaces: [production, default, "!default"]}
            """)
        #expect(result.watches.map { $0.at("metadata", "namespace")?.stringValue } == ["production"])
        #expect(
            try spec(result) == [
                "schedule": "0 */6 * * *", "jitterSeconds": 30, "policy": ["type": "Digest"],
                "workloads": ["onlyAnnotated": true],
            ])
        #expect(
            result.notes.map(\.text) == [
                "not carried over: db.path: /data/diun.db; what was seen is kept in the status of the watch",
                "not carried over: watch.workers: 20; requests are paced for each registry, whoever asks",
            ])
        #expect(try plan(result.watches[0]).outcome?.reason == "Accepted")
    }

    @Test func `all namespaces but some are the business of a watch of the operator's own`() throws {
        let result = try run(
            """
            defaults: {watchRepo: true, sortTags: semver, includeTags: ['^\\d+\\.\\d+$'], excludeTags: [rc]}
            watch: {schedule: "@every 30m"}
            providers: {kubernetes: {watchByDefault: true, namespaces: ["!kube-system"], token: canary-3f81}}
            """, target: .init(namespace: "shop", operatorNamespace: "ops"))
        #expect(result.watches[0].at("metadata", "namespace") == "ops")
        let spec = try spec(result)
        #expect(spec["intervalSeconds"] == 1_800)
        #expect(
            spec["policy"]
                == ["type": "SemVer", "tags": ["include": ["^\\d+\\.\\d+$"], "exclude": ["rc"]]])
        #expect(
            spec.at("workloads", "namespaceSelector", "matchExpressions")?[0]
                == ["key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system"]])
        #expect(spec.at("workloads", "onlyAnnotated") == nil)
        #expect(result.notes.map(\.path) == ["defaults.watchRepo", "providers.kubernetes.token"])
    }

    @Test func `a list becomes images with policies of their own`() throws {
        let list = """
            - name: registry.example/team/shop:1.4.2
              watch_repo: true
              sort_tags: semver
              max_tags: 10
              include_tags: ['^1\\.']
            - name: registry.example/team/front
            - name: alpine
              watch_repo: true
              notify_on: [new]
              platform: {os: linux, arch: arm64, variant: v8}
              metadata: {team: a}
            - name: registry.example/old:edge
              regopt: mine
              exclude_tags: ['(']
            - name: registry.example/pinned@sha256:\(String(repeating: "a", count: 64))
            - name: "not an image!"
            - watch_repo: true
            """
        let result = try run(list, target: .init(namespace: "shop"))
        #expect(
            try spec(result) == [
                "images": [
                    [
                        "image": "registry.example/team/shop:1.4.2",
                        "policy": ["type": "SemVer", "tags": ["include": ["^1\\."]]],
                    ],
                    ["image": "registry.example/team/front:latest", "policy": ["type": "Digest"]],
                    ["image": "alpine", "policy": [:]],
                    ["image": "registry.example/old:edge", "policy": ["type": "Digest"]],
                ]
            ])
        #expect(
            result.notes.map(\.path) == [
                "f0.yml[0].max_tags", "f0.yml[0].watch_repo", "f0.yml[2].metadata.team", "f0.yml[2].notify_on",
                "f0.yml[2].platform", "f0.yml[2].watch_repo", "f0.yml[3].regopt", "f0.yml[3]", "f0.yml[4].name",
                "f0.yml[5].name", "f0.yml[6]",
            ])
        let wants = try plan(result.watches[0]).wants
        let asked = try [
            AnyQuestion(RepositoryTags(ImageReference(parsing: "registry.example/team/shop"))),
            AnyQuestion(TagDigest(ImageReference(parsing: "registry.example/team/front:latest"))),
            AnyQuestion(RepositoryTags(ImageReference(parsing: "alpine"))),
        ]
        #expect(asked.allSatisfy(wants.contains))
        #expect(
            !wants.contains(AnyQuestion(RepositoryTags(try ImageReference(parsing: "registry.example/team/front")))))
    }

    @Test func `an image whose pattern is none is left out, and that is said`() throws {
        let result = try run("- {name: a.example/b:1, watch_repo: true, include_tags: ['(']}\n- name: a.example/c:1\n")
        #expect(try spec(result)["images"]?.arrayValue?.count == 1)
        #expect(result.notes.last?.text.contains("left out") == true)
    }

    @Test func `accounts, tokens and addresses are never shown, and how to bring them is`() throws {
        let result = try run(
            """
            notif:
              mail: {host: smtp.example, password: canary-3f81, to: [canary-3f81@x.example]}
              webhook: {endpoint: "https://hooks.example/canary-3f81", headers: {authorization: canary-3f81}}
            regopts:
              - {name: registry.example/team, selector: image, username: canary-3f81, password: canary-3f81, timeout: 5s}
              - {name: mine, insecureTLS: true, passwrod: canary-3f81}
            watch: {schedule: "0 3 * * *", healthchecks: {uuid: canary-3f81}, secret: canary-3f81}
            providers: {kubernetes: {endpoint: "https://me:canary-3f81@k.example"}, nomad: {secretID: canary-3f81}}
            unheard: canary-3f81
            """)
        #expect(
            Set(result.notes.map(\.path)) == [
                "notif.mail", "notif.webhook", "regopts[0] (registry.example/team)", "regopts[0].timeout",
                "regopts[1].insecureTLS", "regopts[1].passwrod", "watch.healthchecks", "watch.secret",
                "providers.kubernetes.endpoint", "providers.nomad", "unheard",
            ])
        #expect(result.notes.contains { $0.reason.contains("--docker-server=registry.example ") })
    }

    /// Diun's schedule, what of it stands in the spec, how many notes.
    @Test(
        arguments: [
            ("0 */6 * * *", ["schedule": "0 */6 * * *"], 0), ("0 30 2 * * *", ["schedule": "30 2 * * *"], 0),
            ("15 30 2 * * *", ["schedule": "30 2 * * *"], 1), ("*/5 * * * * *", ["intervalSeconds": 60], 1),
            ("@daily", ["schedule": "@daily"], 0), ("@every 90m", ["intervalSeconds": 5_400], 0),
            ("@every 5s", ["intervalSeconds": 60], 1), ("@every soon", [:], 1), ("never", [:], 1),
            ("CRON_TZ=Europe/Paris 0 3 * * *", ["schedule": "0 3 * * *", "timeZone": "Europe/Paris"], 0),
            ("TZ=Nowhere/Land 0 3 * * *", ["schedule": "0 3 * * *"], 1),
        ] as [(String, JSONValue, Int)])
    func `a schedule is read as Diun reads it`(text: String, expected: JSONValue, notes: Int) throws {
        let result = try run("watch: {schedule: '\(text)'}\nproviders: {kubernetes: {}}\n")
        let spec = try spec(result)
        #expect(
            spec.objectValue?.filter { ["schedule", "timeZone", "intervalSeconds"].contains($0.key) }
                == expected.objectValue)
        #expect(result.notes.count == notes, "\(result.notes.map(\.text))")
        #expect(try plan(result.watches[0]).outcome?.reason == "Accepted")
    }

    @Test func `a list that the configuration names is read where it is, and a missing one is asked for`() throws {
        let configuration = "watch: {schedule: '@daily'}\nproviders: {file: {filename: /etc/images.yml}}\n"
        let result = try run(configuration, lists: ["/etc/images.yml": "- name: a.example/b:1\n"])
        #expect(try spec(result)["schedule"] == "@daily" && result.watches.count == 1)
        let without = try run(configuration)
        #expect(without.watches.isEmpty)
        #expect(without.notes.map(\.path) == ["providers.file.filename"])
        #expect(try run(configuration, "- name: a.example/b:1\n").watches.count == 1)
    }

    @Test func `many images are several watches, since one has a bound`() throws {
        let result = try run((0..<600).map { "- name: a.example/b\($0):1\n" }.joined())
        #expect(
            result.watches.map { $0.at("metadata", "name")?.stringValue } == [
                "diun-images", "diun-images-2", "diun-images-3",
            ])
    }

    @Test(arguments: [(["a: ["], "it is no YAML"), (["3"], "neither"), (["watch: {}", "watch: {}"], "second")])
    func `what is none is said with its place`(texts: [String], what: String) throws {
        let files = texts.enumerated().map { DiunImport.File(path: "f\($0).yml", bytes: Array($1.utf8)) }
        do {
            _ = try DiunImport(files, for: .init())
            Issue.record("it was taken")
        } catch {
            #expect(error.what.contains(what) && error.place.hasPrefix("f") && error.code == .usage)
        }
    }
}
