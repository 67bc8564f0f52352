// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import JSONScan
import KubernetesModel
import OCIModel
import Planning
import Testing

@testable import ScanPolicyController

struct ScanJobTemplateTests {
    private func job(
        realm: Realm = .operator, settings: WorkloadJobSettings = .init(), image: String = "localhost:32000/shop/web:1",
        configure: (inout OperatorConfiguration) -> Void = { _ in },
        scanners: Set<ScannerKind> = [.vulnerability, .secret]
    ) throws -> JSONValue {
        var configuration = OperatorConfiguration()
        configuration.courierImage = "localhost:32000/watchbill:dev"
        configuration.registries = [.init(host: "localhost:32000", endpoint: "10.1.0.1:32000", plainHTTP: true)]
        configuration.scanner.databaseRepository = "localhost:32000/trivy-db:2"
        configure(&configuration)
        let key = ImageKey(digest: TestCluster.digest("a"), platform: Platform(os: "linux", architecture: "arm64"))
        let template = ScanJobTemplate(configuration: configuration, realm: realm, settings: settings)
        let unit = ScanJob.Unit(
            id: ScanUnit.id(realm, key), reference: image, image: key, scanners: scanners, maximumFindings: 500,
            namespaces: ["shop"],
            number: 0)
        return template.job([.init(unit: unit, reference: try ImageReference(parsing: image), timeoutSeconds: 600)])
            .body
    }

    private func arguments(_ job: JSONValue) -> [String] {
        (try? order(job))?["arguments"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    @Test func `satisfies the restricted Pod Security Standard and has no token`() throws {
        let pod = try #require(try job().at("spec", "template", "spec"))
        #expect(pod["automountServiceAccountToken"] == false && pod["restartPolicy"] == "Never")
        #expect(pod.at("securityContext", "runAsNonRoot") == true && pod.at("securityContext", "runAsUser") == 65_532)
        #expect(pod.at("securityContext", "seccompProfile", "type") == "RuntimeDefault")
        for container in (pod["initContainers"]?.arrayValue ?? []) + (pod["containers"]?.arrayValue ?? []) {
            #expect(container.at("securityContext", "allowPrivilegeEscalation") == false)
            #expect(container.at("securityContext", "capabilities", "drop") == ["ALL"])
            #expect(container.at("securityContext", "readOnlyRootFilesystem") == true)
            #expect(container.at("resources", "limits", "memory") != nil)
        }
        #expect((pod["volumes"]?.arrayValue ?? []).allSatisfy { $0["hostPath"] == nil })
    }

    @Test func `the courier, and nobody else, is told of proxies and authorities; without them its Job is as before`()
        throws
    {
        func environment(_ job: JSONValue, _ kind: String) -> [String: String] {
            let entries = job.at("spec", "template", "spec", kind)?[0]?["env"]?.arrayValue ?? []
            return Dictionary(
                uniqueKeysWithValues: entries.compactMap { entry in
                    entry["name"]?.stringValue.map { ($0, entry["value"]?.stringValue ?? "") }
                })
        }
        let proxied = try job(configure: {
            $0.egress.httpsProxy = "http://proxy.example:3128"
            $0.egress.noProxy = [".svc"]
            $0.egress.authorities = "PEM"
        })
        let variables = environment(proxied, "containers")
        #expect(variables["HTTPS_PROXY"] == "http://proxy.example:3128" && variables["NO_PROXY"] == ".svc")
        #expect(variables["HTTP_PROXY"] == nil && variables["WATCHBILL_AUTHORITIES"] == "PEM")
        #expect(environment(proxied, "initContainers").isEmpty)
        #expect(environment(try job(), "containers").keys.sorted() == ["HOME", "TMPDIR", "WATCHBILL_UNITS"])
    }

    @Test func `asks for no more than it may have, whoever says which`() throws {
        var settings = WorkloadJobSettings()
        settings.resources = .init(requests: ["memory": Quantity("4Gi"), "cpu": Quantity("10m")])
        let job = try job(realm: .workload(namespace: "shop"), settings: settings) {
            $0.scanPod.limits = ["memory": "1Gi", "cpu": "1"]
        }
        let containers = job.at("spec", "template", "spec", "containers")?.arrayValue ?? []
        #expect(containers.map { $0.at("resources", "limits") } == [["memory": "4Gi", "cpu": "1"]])
    }

    @Test func `scans by digest at the registry's endpoint, on the node's platform`() throws {
        let arguments = arguments(try job())
        #expect(arguments.first == "--quiet" && arguments.last == "10.1.0.1:32000/shop/web@\(TestCluster.digest("a"))")
        for pair in [
            ["--platform", "linux/arm64"], ["--db-repository", "10.1.0.1:32000/trivy-db:2"], ["--timeout", "600s"],
        ] {
            let index = try #require(arguments.firstIndex(of: pair[0]))
            #expect(arguments[index + 1] == pair[1])
        }
        #expect(arguments.contains("--insecure"))
    }

    @Test func `certificates are checked wherever no registry in play speaks plain HTTP`() throws {
        let job = try job(image: "nginx:1.27") { $0.scanner.databaseRepository = "mirror.gcr.io/aquasec/trivy-db:2" }
        #expect(!arguments(job).contains("--insecure"))
        #expect(arguments(job).last == "docker.io/library/nginx@\(TestCluster.digest("a"))")
    }

    @Test func `each scanner has its flags`() throws {
        let text = try job(scanners: Set(ScannerKind.allCases)).canonicalText
        #expect(text.contains("misconfig,license,secret,vuln") && text.contains("--image-config-scanners"))
        #expect(try job { $0.scanner.javaDatabaseRepository = "" }.canonicalText.contains("--skip-java-db-update"))
    }

    /// The only unit that the courier is told to scan.
    private func order(_ job: JSONValue) throws -> JSONValue {
        let text = job.at("spec", "template", "spec", "containers")?[0]?["env"]?.arrayValue?
            .first { $0["name"] == "WATCHBILL_UNITS" }?["value"]?.stringValue
        return try #require(try JSONValue(parsing: Array((text ?? "").utf8))[0])
    }

    @Test func `pull secrets are mounted for a workload's Job only, and may be missing`() throws {
        var settings = WorkloadJobSettings()
        settings.pullSecrets = ["regcred", "a.b", "../../etc", "Upper", "", "x/y", String(repeating: "a", count: 254)]
        settings.serviceAccountName = "scanner"
        settings.nodeSelector = ["a": "b"]
        settings.resources = .init(limits: ["memory": Quantity("3Gi")])
        let job = try job(realm: .workload(namespace: "shop"), settings: settings)
        let workload = try #require(job.at("spec", "template", "spec"))
        let projected = try #require(workload["volumes"]?[2]?["projected"])
        #expect(projected["defaultMode"] == 0o440)
        let sources = try #require(projected["sources"]?.arrayValue?.compactMap { $0["secret"] })
        #expect(sources.map { $0["name"] } == ["a.b", "regcred"])
        #expect(sources.allSatisfy { $0["optional"] == true })
        #expect(
            sources[1]["items"] == [
                ["key": ".dockerconfigjson", "path": "regcred/config.json"],
                ["key": ".dockercfg", "path": "regcred/dockercfg"],
            ])
        #expect(workload["serviceAccountName"] == "scanner")
        #expect(workload["containers"]?[0]?.at("resources", "limits", "memory") == "3Gi")
        #expect(workload["containers"]?[0]?["volumeMounts"]?.arrayValue?.count == 3)
        #expect(workload["initContainers"]?[0]?["volumeMounts"]?.arrayValue?.count == 2)
        let central = try #require(try self.job(settings: settings).at("spec", "template", "spec"))
        #expect(
            central["volumes"]?.arrayValue?.count == 2 && central["serviceAccountName"] == nil
                && central["nodeSelector"] == nil && !central.canonicalText.contains("PULL_SECRETS"))
    }

    @Test func `accounts are looked up for the image's own name and used where it is reached`() throws {
        var settings = WorkloadJobSettings()
        settings.pullSecrets = ["regcred"]
        let order = try order(try job(realm: .workload(namespace: "shop"), settings: settings))
        #expect(order["image"] == "localhost:32000/shop/web" && order["repository"] == "10.1.0.1:32000/shop/web")
        let plain = try self.order(try job())
        #expect(plain["image"] == nil && plain["repository"] == nil && plain["timeoutSeconds"] == 600)
    }

    @Test func `our labels stand whatever the configuration says`() throws {
        let job = try job {
            $0.scanPod.labels = ["app.kubernetes.io/managed-by": "me", "team": "x"]
            $0.scanPod.annotations = ["sidecar.istio.io/inject": "false"]
        }
        #expect(job.at("metadata", "labels", "app.kubernetes.io/managed-by") == "watchbill")
        #expect(job.at("spec", "template", "metadata", "labels", "team") == "x")
        #expect(job.at("spec", "template", "metadata", "annotations", "sidecar.istio.io/inject") == "false")
    }

    @Test func `the name follows from the content`() throws {
        let name = try job().at("metadata", "name")
        #expect(try job().at("metadata", "name") == name)
        #expect(try job { $0.scanner.image = "other:1" }.at("metadata", "name") != name)
        #expect(name?.stringValue?.utf8.count == 21)
    }
}

struct AttemptLedgerTests {
    @Test func `reads back what it writes, within its bounds, the oldest out`() throws {
        var ledger = AttemptLedger()
        let message = String(repeating: "ü", count: 400)
        for index in 0..<5_200 {
            ledger.record(
                FailedTry(reason: .unauthorized, message: message), of: "unit-\(index)", scanners: [.secret],
                jobUID: "job-\(index)",
                at: Timestamp(secondsSinceEpoch: Int64(index)))
        }
        let bounded = ledger.bounded
        let object = bounded.object(in: "ops")
        #expect(object.body.canonicalBytes.count < 1 << 20)
        #expect(bounded.entries.count <= AttemptLedger.maximumEntries && bounded.entries.count > 1_000)
        #expect(bounded["unit-5199"] != nil && bounded["unit-0"] == nil)
        #expect(bounded.bounded == bounded)
        var cluster = TestCluster { $0.operatorNamespace = "ops" }
        let data = try #require(object.body["data"]?.objectValue).compactMapValues(\.stringValue)
        let map = ConfigMap(metadata: ObjectMetadata(name: AttemptLedger.name, namespace: "ops"), data: data)
        cluster.world[ConfigMap.self][map.key] = .object(map)
        #expect(AttemptLedger(in: cluster.world) == bounded)
        // Who only wants to know why there is no report reads the same.
        let read = FailedScans().value(in: cluster.world)
        #expect(read.keys.sorted() == bounded.entries.keys.sorted())
        for (id, entry) in bounded.entries {
            #expect(
                read[id]
                    == .init(
                        reason: entry.reason.rawValue, message: entry.message,
                        scanners: Set(entry.scanners.map(\.rawValue)), expiry: entry.expiry))
        }
    }

    @Test(arguments: [
        "", "{", "[]", "{\"a\": 1}", "{\"a\": {\"attempts\": -1}}", "{\"a\":{\"attempts\":1e99,\"blocked\":0}}", "null",
    ])
    func `one that somebody spoiled is empty`(text: String) {
        var cluster = TestCluster()
        let map = ConfigMap(
            metadata: ObjectMetadata(name: AttemptLedger.name, namespace: TestCluster.operatorNamespace),
            data: ["attempts.json": text])
        cluster.world[ConfigMap.self][map.key] = .object(map)
        #expect(AttemptLedger(in: cluster.world) == AttemptLedger())
    }

    @Test func `waits grow, differ between images and never go over the cap`() throws {
        var ledger = AttemptLedger()
        var time = Timestamp(secondsSinceEpoch: 0)
        for attempt in 0..<40 {
            ledger.record(
                FailedTry(reason: .unknown, message: ""), of: "unit-1", scanners: [.secret], jobUID: "\(attempt)",
                at: time)
            let entry = try #require(ledger["unit-1"])
            let wait = entry.nextTime - time
            #expect(wait >= .seconds(2) && wait <= AttemptLedger.backoff.cap && entry.attempts == attempt + 1)
            time = entry.nextTime
        }
        ledger.record(
            FailedTry(reason: .unknown, message: ""), of: "unit-2", scanners: [.secret], jobUID: "x", at: time)
        ledger.record(
            FailedTry(reason: .unknown, message: ""), of: "unit-3", scanners: [.secret], jobUID: "x", at: time)
        #expect(ledger["unit-2"]?.nextTime != ledger["unit-3"]?.nextTime)
    }
}
