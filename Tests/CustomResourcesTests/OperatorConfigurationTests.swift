// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import CustomResources

struct OperatorConfigurationTests {
    @Test func `an empty file leaves every default`() throws {
        #expect(try OperatorConfiguration(json: .null) == OperatorConfiguration())
        #expect(try OperatorConfiguration(json: [:]) == OperatorConfiguration())
    }

    @Test func `every setting arrives`() throws {
        let configuration = try OperatorConfiguration(json: [
            "operatorNamespace": "ops", "clusterName": "rig", "courierImage": "localhost:32000/watchbill:dev",
            "scanner": [
                "image": "localhost:32000/trivy:1", "databaseRepository": "10.0.0.1:5000/db:2",
                "javaDatabaseRepository": "",
            ],
            "registries": [["host": "localhost:32000", "endpoint": "10.0.0.1:5000", "plainHTTP": true]],
            "excludedNamespaces": ["kube-system"],
            "egress": [
                "httpProxy": "http://proxy.example:3128", "httpsProxy": "http://[fd00::1]:3129/",
                "noProxy": [".svc", "10.0.0.0/8"], "authorities": "-----BEGIN CERTIFICATE-----\n",
            ],
            "limits": ["maximumJobs": 3, "maximumJobsPerNamespace": 2, "imagesPerJob": 1],
            "scanPod": [
                "requests": ["cpu": 1], "limits": ["memory": "2Gi"], "labels": ["a": "b"], "annotations": ["c": "d"],
                "priorityClassName": "low", "workspaceLimit": "1Gi",
            ],
        ])
        #expect(configuration.operatorNamespace == "ops" && configuration.clusterName == "rig")
        #expect(
            configuration.scanner.javaDatabaseRepository == ""
                && configuration.scanner.databaseRepository == "10.0.0.1:5000/db:2")
        #expect(
            configuration.registries == [.init(host: "localhost:32000", endpoint: "10.0.0.1:5000", plainHTTP: true)])
        #expect(
            configuration.egress.environment == [
                "HTTP_PROXY": "http://proxy.example:3128", "HTTPS_PROXY": "http://[fd00::1]:3129/",
                "NO_PROXY": ".svc,10.0.0.0/8",
            ])
        #expect(ProxyAddress(configuration.egress.httpsProxy)?.host == "fd00::1")
        #expect(configuration.limits.maximumJobs == 3 && configuration.limits.imagesPerJob == 1)
        #expect(configuration.scanPod.requests == ["cpu": "1"] && configuration.scanPod.priorityClassName == "low")
        #expect(configuration.scanPod.workspaceLimit == "1Gi" && configuration.excludedNamespaces == ["kube-system"])
    }

    @Test(
        arguments: [
            (["limits": ["maximumJobs": "ten"]], "limits.maximumJobs", #"must be of type integer: "string""#),
            (["limits": ["maximumJobs": 0]], "limits.maximumJobs", "greater than or equal to 1"),
            (["scanner": ["image": "UPPER case"]], "scanner.image", "remove it"),
            (
                ["registries": [["host": "docker", "endpoint": "10.0.0.1:5000"]]], "registries[0].host",
                "no host name with a dot or a port"
            ),
            (["registries": [["host": "a.io"]]], "registries[0].endpoint", "Required value"),
            (["egress": ["httpProxy": "proxy.example:3128"]], "egress.httpProxy", "no http://host:port"),
            (["egress": ["httpsProxy": "https://proxy.example:3128"]], "egress.httpsProxy", "no http://host:port"),
            (["egress": ["httpsProxy": "http://proxy.example"]], "egress.httpsProxy", "no http://host:port"),
            (["egress": ["noProxy": ["a.io,b.io"]]], "egress.noProxy[0]", "write a list"),
            (["egress": ["authorities": "none"]], "egress.authorities", "no PEM certificate"),
            (
                ["scanPod": ["limits": ["memory": "2Gi"], "maximumMemory": "1536Mi"]], "scanPod.maximumMemory",
                "less than scanPod.limits.memory, \"2Gi\"; raise it"
            ),
            (["scanPod": ["maximumMemory": "4 GB"]], "scanPod.maximumMemory", "should match"),
            (
                ["scanPod": ["requests": ["memory": "2Gi"]]], "scanPod.requests.memory",
                "more than scanPod.limits.memory, \"1Gi\"; lower it"
            ),
            (
                ["scanPod": ["requests": ["cpu": 2], "limits": ["cpu": "1500m"]]], "scanPod.requests.cpu",
                "more than scanPod.limits.cpu"
            ),
            (
                ["registries": [["host": "a.io", "endpoint": "b.io"], ["host": "a.io", "endpoint": "c.io"]]],
                "registries[1]", "Duplicate value"
            ),
            ([1], "", "must be of type object"),
        ] as [(JSONValue, String, String)])
    func `says what is wrong with a file, where, and what to do`(json: JSONValue, path: String, text: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try OperatorConfiguration(json: json) }
        let problem = try #require(error.problems.first)
        #expect(problem.replacing("\"", with: "").hasPrefix(path) && problem.contains(text), "\(problem)")
    }

    @Test func `a field of a newer version is named and has no effect`() throws {
        let configuration = try OperatorConfiguration(json: [
            "scaner": [:], "limits": ["maximumJobs": 3, "perNode": 2],
            "registries": [["host": "a.io", "endpoint": "b.io", "mirror": "c.io"]],
        ])
        #expect(configuration.limits.maximumJobs == 3 && configuration.registries.count == 1)
        let fields = configuration.unknownFields.map { $0.replacing("\"", with: "").split(separator: ":").first ?? "" }
        #expect(fields == ["limits.perNode", "registries[0].mirror", "scaner"])
        #expect(
            configuration.unknownFields.last?.contains("unknown field; remove it or use one of: clusterName") == true)
        #expect(try OperatorConfiguration(json: ["limits": ["maximumJobs": 3]]).unknownFields.isEmpty)
    }

    @Test func `an account in a proxy's address is refused and not repeated`() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try OperatorConfiguration(json: ["egress": ["httpProxy": "http://me:hunter2@proxy.example:3128"]])
        }
        #expect(error.description.contains("without an account") && !error.description.contains("hunter2"))
    }

    @Test func `a memory limit above the default cap is the cap`() throws {
        #expect(try OperatorConfiguration(json: [:]).scanPod.maximumMemory == "4Gi")
        let pod: JSONValue = ["limits": ["memory": "8Gi"]]
        #expect(try OperatorConfiguration(json: ["scanPod": pod]).scanPod.maximumMemory == "8Gi")
    }

    @Test func `says everything that is wrong at once`() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try OperatorConfiguration(json: ["clusterName": 1, "limits": ["maximumJobs": 0], "oops": true])
        }
        #expect(error.problems.count == 3)
    }
}
