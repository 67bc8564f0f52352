// SPDX-License-Identifier: Apache-2.0
import Essentials
import OCIModel
import Testing

/// Which account of a pull secret is tried first, as the tests of others have it; record 0013 has the table and the differences.
@Suite struct ForeignCredentialTests {
    private func users(_ keys: [String], _ image: String) throws -> [String] {
        var credentials = PullCredentials()
        for key in keys {
            let entry: JSONValue = ["auths": .object([key: ["username": .string(key), "password": "p"]])]
            try credentials.add(entry.canonicalBytes, .dockerConfigJSON)
        }
        return credentials.credentials(for: try ImageReference(parsing: image)).map(\.username)
    }

    /// go-containerregistry `pkg/authn/kubernetes/keychain_test.go`. It uses the first of these, the kubelet and we try all.
    @Test(
        arguments: [
            (["fake.registry.io"], "fake.registry.io/repo", "fake.registry.io"),
            (["fake.registry.io/repo"], "fake.registry.io/repo", "fake.registry.io/repo"),
            (
                ["fake.registry.io", "fake.registry.io/more/specific"], "fake.registry.io/more/specific",
                "fake.registry.io/more/specific"
            ),
            (["https://fake.registry.io"], "fake.registry.io/repo", "https://fake.registry.io"),
            (["fake.registry.io:5000"], "fake.registry.io:5000/repo", "fake.registry.io:5000"),
            (["fake.registry.io:5000"], "fake.registry.io:1000/repo", nil),
            (["fake.registry.io:5000"], "fake.registry.io/repo", nil),
            (Self.paths, "fake.registry.io/nested", "fake.registry.io/nested"),
            (Self.paths, "fake.registry.io/nested/repo", "fake.registry.io/nested/repo"),
            (Self.paths, "fake.registry.io/nested/repo/dirt", "fake.registry.io/nested/repo"),
            (Self.paths, "fake.registry.io/partial", "fake.registry.io/par"),
            (Self.paths, "fake.registry.io/other", "fake.registry.io"),
            (["fake.registry.io", "1.fake.registry.io"], "fake.registry.io/x", "fake.registry.io"),
            (["fake.registry.io", "1.fake.registry.io"], "1.fake.registry.io/x", "1.fake.registry.io"),
            (["fake.registry.io", "1.fake.registry.io"], "2.fake.registry.io/x", nil),
            (["https://fake.registry.io/v1/"], "fake.registry.io/repo", "https://fake.registry.io/v1/"),
            (["https://fake2.registry.io/v2/"], "fake2.registry.io/repo", "https://fake2.registry.io/v2/"),
            (["index.docker.io"], "ubuntu", "index.docker.io"),
            (["index.docker.io"], "knative/serving", "index.docker.io"),
            (["*.registry.io"], "fake.registry.io/repo", "*.registry.io"),
            (["*.registry.io"], "blah.registry.io/repo", "*.registry.io"), (["*.registry.io"], "registry.io/repo", nil),
        ] as [([String], String, String?)])
    func `the most specific goes first`(keys: [String], image: String, first: String?) throws {
        #expect(try users(keys, image).first == first)
        #expect(try users(keys.reversed(), image).first == first)
    }

    static let paths = [
        "fake.registry.io", "fake.registry.io/nested", "fake.registry.io/nested/repo", "fake.registry.io/par",
    ]

    /// The same file, from knative/serving#12761: every way to write a registry that a kubelet takes.
    @Test(arguments: [
        "registry.gitlab.com/dprotaso/test/nginx", "dtestcontainer.azurecr.io/dave/nginx",
    ])
    func `every part of a name, with any scheme, is a registry`(image: String) throws {
        let parts = image.split(separator: "/").map(String.init)
        for count in 1...parts.count {
            for scheme in ["", "http://", "https://"] {
                let key = scheme + parts.prefix(count).joined(separator: "/")
                #expect(try users([key], image) == [key])
            }
        }
    }

    @Test func `the first secret of two goes first`() throws {
        var credentials = PullCredentials()
        for user in ["user", "anotherUser"] {
            let entry: JSONValue = ["fake.registry.io": ["username": .string(user), "password": "p"]]
            try credentials.add(entry.canonicalBytes, .dockercfg)
        }
        let found = credentials.credentials(for: try ImageReference(parsing: "fake.registry.io/x")).map(\.username)
        #expect(found == ["user", "anotherUser"])
    }

    /// Keel `secrets/match_test.go` compares hosts alone; the kubelet wants the port equal and knows no path `v1` without a slash
    /// behind it. Where the two differ, the kubelet pulls the image, and so do we.
    @Test(
        arguments: [
            ("docker.io", true), ("https://docker.io", true), ("docker.io:443", false),
            ("https://docker.io:443", false),
            ("https://docker.io:443/v1", false), ("index.docker.io", true),
        ])
    func `a registry is matched with its port`(key: String, fits: Bool) throws {
        #expect(try users([key], "docker.io/team/app").isEmpty == !fits)
    }

    /// Keel `secrets/secrets_test.go`. An entry with both forms has the account of `auth`, and where that is none it has none: so
    /// the kubelet; Keel takes the other.
    @Test(
        arguments: [
            (#"{"auth": "aGVsbG86dGhlcmU="}"#, "hello"), (#"{"username": "login", "password": "p"}"#, "login"),
            (#"{"username": "user-x", "password": "p", "email": "a@b", "auth": "somethinghere"}"#, nil),
            (#"{"auth": "a2VlbHVzZXIra2VlbHRlc3Q6cA==", "email": ""}"#, "keeluser+keeltest"), (#"{"auth": ""}"#, nil),
        ] as [(String, String?)])
    func `an entry has one account`(entry: String, user: String?) throws {
        var credentials = PullCredentials()
        try credentials.add(Array(#"{"auths": {"https://index.docker.io/v1/": \#(entry)}}"#.utf8), .dockerConfigJSON)
        let found = credentials.credentials(for: try ImageReference(parsing: "karolisr/webhook-demo:0.0.11"))
        #expect(found.map(\.username) == [user].compactMap(\.self))
    }
}
