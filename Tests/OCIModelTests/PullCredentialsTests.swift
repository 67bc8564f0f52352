// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import OCIModel

struct PullCredentialsTests {
    /// A configuration of these registries; the user of each is its place in the list.
    private func credentials(_ keys: [String]) throws -> PullCredentials {
        var credentials = PullCredentials()
        for (index, key) in keys.enumerated() {
            let document = JSONValue.object([key: ["username": .string("\(index)"), "password": .string("p\(index)")]])
            try credentials.add(document.canonicalBytes, .dockercfg)
        }
        return credentials
    }

    private func users(_ credentials: PullCredentials, _ image: String) throws -> [String] {
        credentials.credentials(for: try ImageReference(parsing: image)).map(\.username)
    }

    /// The user of `entry`, given as the JSON of one.
    private func account(_ entry: String) throws -> String? {
        var credentials = PullCredentials()
        try credentials.add(Array(#"{"auths": {"r.io": \#(entry)}}"#.utf8), .dockerConfigJSON)
        return credentials.credentials(for: try ImageReference(parsing: "r.io/a")).first
            .map { "\($0.username) \($0.password.exposed)" }
    }

    // MARK: Matching

    static let keys = [
        "registry.example.com", "https://registry.example.com/v1/", "http://registry.example.com/v2/",
        "registry.example.com/", "registry.example.com/team", "registry.example.com/team/",
        "registry.example.com/tea", "registry.example.com/v2/team/app", "registry.example.com/v1",
        "registry.example.com:443", "registry.example.com:5000", "*.example.com", "*.example.com:5000", "*.*.com",
        "*.com", "*", "*.*", "reg*.example.com", "*istry.example.*", "r*g*s*y.example.com/team/a",
        "reg[a-z]stry.example.com", "reg[^a-h]stry.example.com", "reg[z-a]stry.example.com",
        "reg[istry.example.com", "REGISTRY.example.com", "https://user@registry.example.com",
        "registry.example.com?x=1", "registry.example.com#frag", "registry.example.com:port", "registry .example.com",
        "localhost:32000", "localhost", "localhost:32000/shop", "[::1]:5000", "10.1.0.1:5000", "10.*.0.*:5000",
        "docker.io", "docker.io/library", "index.docker.io", "https://index.docker.io/v1/",
        "https://registry-1.docker.io/v2/", "*.docker.io", "a.b.registry.example.com", "registry.example.com/*",
        "team", "registry.example.com.", "registry.example.com:",
    ]

    /// What `BasicDockerKeyring` of Kubernetes 1.20 answered, given `keys` one after the other; two are left out
    /// where it gives more than we ever try.
    @Test(
        arguments: [
            ("registry.example.com/team/app", [46, 7, 5, 4, 6, 0, 1, 2, 3, 25, 26, 27, 20, 17, 19, 18]),
            ("registry.example.com/teapot", [46, 6, 0, 1, 2, 3, 25, 26, 27, 20, 17, 18, 11, 13]),
            ("registry.example.com/v1app", [46, 8, 0, 1, 2, 3, 25, 26, 27, 20, 17, 18, 11, 13]),
            ("registry.example.com/other/app", [46, 0, 1, 2, 3, 25, 26, 27, 20, 17, 18, 11, 13]),
            ("registry.example.com:5000/team/app", [10, 12]), ("registry.example.com:443/team/app", [9]),
            ("example.com/team", [14, 16]), ("mirror.example.com/team", [11, 13]), ("a.b.example.com/x", []),
            ("localhost:32000/shop/web", [32, 30]), ("localhost:32000/web", [30]), ("10.1.0.1:5000/app", [34, 35]),
            ("10.2.0.1:5000/app", [35]), ("[::1]:5000/app", [33]), ("docker.io/library/nginx", [37, 36, 16]),
            ("docker.io/team/app", [36, 16]), ("quay.io/team/app", [16]),
            ("reghstry.example.com/app", [20, 17, 11, 13]),
        ] as [(String, [Int])])
    func `finds and orders credentials as the kubelet does`(image: String, expected: [Int]) throws {
        #expect(try users(try credentials(Self.keys), image) == expected.map(String.init))
    }

    @Test(arguments: ["nginx", "docker.io/team/app:1", "index.docker.io/team/app"])
    func `images of Docker Hub have the credentials of index docker io where nothing else fits`(image: String) throws {
        let hub = "https://index.docker.io/v1/"
        #expect(try users(try credentials([hub]), image) == ["0"])
        #expect(try users(try credentials([hub, "docker.io"]), image) == ["1"])
        #expect(try users(try credentials(["index.docker.io/team", "https://registry-1.docker.io"]), image) == [])
    }

    @Test(arguments: ["quay.io/team/app", "localhost/app", "index.docker.io.evil.example/app", "hub:5000/docker.io/a"])
    func `nobody else gets Docker Hub's credentials`(image: String) throws {
        #expect(try users(try credentials(["https://index.docker.io/v1/", "docker.io"]), image) == [])
    }

    @Test func `the same account is tried once, and not more than sixteen`() throws {
        var credentials = PullCredentials()
        for key in ["r.io/team", "r.io", "*.io"] {
            try credentials.add(Array(#"{"\#(key)": {"username": "u", "password": "p"}}"#.utf8), .dockercfg)
        }
        #expect(try users(credentials, "r.io/team/app") == ["u"])
        for user in 0..<40 {
            try credentials.add(Array(#"{"r.io": {"username": "\#(user)", "password": "p"}}"#.utf8), .dockercfg)
        }
        #expect(try users(credentials, "r.io/x").count == PullCredentials.maximumMatches)
    }

    @Test func `a pattern that makes a backtracking matcher wait is answered at once`() throws {
        let pattern = String(repeating: "*a", count: 500) + "*b"
        let label = String(repeating: "a", count: 63)
        #expect(!HostPartPattern.matches(label[...], pattern: pattern[...]))
        let long = String(repeating: "a", count: 4_000)
        #expect(HostPartPattern.matches(long[...], pattern: "*a*a*a*"))
    }

    // MARK: Entries

    @Test(
        arguments: [
            (#"{"auth": "dTpw"}"#, "u p"), (#"{"auth": "dTpw", "username": "x", "password": "y"}"#, "u p"),
            (#"{"username": "u", "password": "p"}"#, "u p"),
            (#"{"auth": "", "username": "u", "password": "p"}"#, "u p"),
            (#"{"auth": null, "username": "u", "password": "p"}"#, "u p"),
            (#"{"Username": "u", "PASSWORD": "p"}"#, "u p"), (#"{"username": "u"}"#, "u "),
            (#"{"auth": "dTpwOnE="}"#, "u p:q"), (#"{"auth": "dTpwOnE"}"#, "u p:q"), (#"{"auth": "dTpw\n"}"#, "u p"),
            (#"{"auth": "dTo="}"#, "u "), (#"{"auth": "dTpw", "identitytoken": "t", "email": 7}"#, "u p"),
            (#"{"identitytoken": "t"}"#, nil), (#"{"username": "", "password": ""}"#, nil), ("{}", nil), ("[]", nil),
            ("7", nil), ("null", nil), (#""dTpw""#, nil), (#"{"auth": 7, "username": "u", "password": "p"}"#, nil),
            (#"{"auth": {}}"#, nil), (#"{"auth": "dXA="}"#, nil), (#"{"auth": "%%%%"}"#, nil),
            (#"{"auth": "====="}"#, nil),
            (#"{"auth": "d"}"#, nil), (#"{"auth": "dTr/"}"#, nil), (#"{"username": 7, "password": "p"}"#, nil),
            (#"{"username": "u", "password": ["p"]}"#, nil),
        ] as [(String, String?)])
    func `reads an entry`(entry: String, expected: String?) throws { #expect(try account(entry) == expected) }

    @Test func `an entry that is none hides no other`() throws {
        var credentials = PullCredentials()
        try credentials.add(
            Array(#"{"auths": {"": {"auth": "dTpw"}, "a.io": 7, "r.io": {"auth": "dTpw"}}, "credsStore": "x"}"#.utf8),
            .dockerConfigJSON)
        #expect(try users(credentials, "r.io/a") == ["u"])
    }

    @Test func `reads each form as what it is`() throws {
        let old = Array(#"{"r.io": {"auth": "dTpw"}}"#.utf8)
        var credentials = PullCredentials()
        #expect(throws: PullCredentials.Problem.noRegistries) { try credentials.add(old, .dockerConfigJSON) }
        #expect(try users(credentials, "r.io/a") == [])
        try credentials.add(old, .dockercfg)
        #expect(try users(credentials, "r.io/a") == ["u"])
    }

    @Test(
        arguments: [
            ("", .notJSON), ("{", .notJSON), (#"{"auths": {"r.io": {"auth": "canary"}}"#, .notJSON),
            ("[]", .noRegistries),
            ("null", .noRegistries), (#"{"auths": []}"#, .noRegistries), (#"{"auths": null}"#, .noRegistries),
            (String(repeating: "[", count: 100_000), .notJSON),
            (#"{"auths":"# + String(repeating: #"{"a":"#, count: 400) + "1", .notJSON),
            (String(repeating: " ", count: (1 << 20) + 1), .tooLarge),
            ("[" + String(repeating: "0,", count: 60_000) + "0]", .notJSON),
        ] as [(String, PullCredentials.Problem)])
    func `refuses what is no configuration, and tells nothing of it`(text: String, problem: PullCredentials.Problem) {
        var credentials = PullCredentials()
        #expect(throws: problem) { try credentials.add(Array(text.utf8), .dockerConfigJSON) }
        #expect(credentials == PullCredentials() && !"\(problem)".contains("canary"))
    }

    @Test func `reads a configuration of ten thousand registries`() throws {
        let entries = (0..<10_000).map { #""r\#($0).io": {"auth": "dTpw"}"# }.joined(separator: ",")
        var credentials = PullCredentials()
        try credentials.add(Array(#"{"auths": {\#(entries)}}"#.utf8), .dockerConfigJSON)
        #expect(try users(credentials, "r9999.io/a") == ["u"] && users(credentials, "r10000.io/a") == [])
    }

    @Test func `no description shows a password`() throws {
        var credentials = PullCredentials()
        try credentials.add(Array(#"{"r.io": {"username": "u", "password": "canary"}}"#.utf8), .dockercfg)
        let found = credentials.credentials(for: try ImageReference(parsing: "r.io/a"))
        #expect(found.count == 1)
        var dumped = ""
        dump(credentials, to: &dumped)
        #expect(![dumped, "\(credentials)", "\(found)", String(reflecting: found)].contains { $0.contains("canary") })
    }
}
