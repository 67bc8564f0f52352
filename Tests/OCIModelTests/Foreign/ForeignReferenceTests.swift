// SPDX-License-Identifier: Apache-2.0
import OCIModel
import Testing

private let hex = "deadb33fdeadb33fdeadb33fdeadb33fdeadb33fdeadb33fdeadb33fdeadb33f"

/// Names of images and what runs of them, as the tests of others have them: the cases carry over, and record 0013 has the table of
/// files and every difference.
@Suite struct ForeignReferenceTests {
    /// Diun `pkg/registry/{image,ref}_test.go`, Argo CD Image Updater `image_test.go`, Keel `util/image/parse_test.go`,
    /// go-containerregistry `pkg/name`, Watchtower `helpers_test.go`.
    @Test(
        arguments: [
            ("jfrog-docker-reg2.bintray.io/jfrog/artifactory-oss:4.0.0", "jfrog-docker-reg2.bintray.io", "4.0.0"),
            ("jfrog-docker-reg2.bintray.io/kubexray:latest", "jfrog-docker-reg2.bintray.io", "latest"),
            ("docker.bintray.io/jfrog/xray-server:2.8.6", "docker.bintray.io", "2.8.6"),
            ("alpine", "docker.io", "latest"), ("docker.io/crazymax/nextcloud:latest", "docker.io", "latest"),
            ("gcr.io/google-containers/busybox:latest", "gcr.io", "latest"),
            ("docker.pkg.github.com/crazy-max/ddns-route53/ddns-route53:latest", "docker.pkg.github.com", "latest"),
            ("registry.gitlab.com/meltano/meltano", "registry.gitlab.com", "latest"),
            ("quay.io/coreos/hyperkube", "quay.io", "latest"), ("ghcr.io/linuxserver/radarr", "ghcr.io", "latest"),
            ("registry.access.redhat.com/rhel7/etcd", "registry.access.redhat.com", "latest"),
            ("myregistry.example.com/an/image:latest", "myregistry.example.com", "latest"),
            ("busybox:notlatest", "docker.io", "notlatest"), ("jannfis/test-image:0.1", "docker.io", "0.1"),
            ("library/test-image", "docker.io", "latest"), ("gcr.io/jannfis/test-image:0.1", "gcr.io", "0.1"),
            ("gcr.io:1234/jannfis/test-image:0.1", "gcr.io:1234", "0.1"),
            ("registry:5000/classic-web", "registry:5000", "latest"),
            ("192.168.1.1:5000/image", "192.168.1.1:5000", "latest"), ("10.0.0.1/image", "10.0.0.1", "latest"),
            ("my.registry.example.com/path/to/image", "my.registry.example.com", "latest"),
            // There, no registry: it has no dot.
            ("localhost:5000/image", "localhost:5000", "latest"),
            ("foo/bar:1.1", "docker.io", "1.1"), ("myacr.azurecr.io/app:1.0.888", "myacr.azurecr.io", "1.0.888"),
            ("localhost.localdomain/foo/bar", "localhost.localdomain", "latest"),
            ("git.technotrade.ua:4567/anatoliy/mysql-nafta:0.0.1", "git.technotrade.ua:4567", "0.0.1"),
            ("index.docker.io/application:42", "docker.io", "42"),
            ("gcr.io/google.com/project-id/hello-world", "gcr.io", "latest"),
            ("mirror.gcr.io/ubuntu", "mirror.gcr.io", "latest"), ("example.com/a", "example.com", "latest"),
            ("localhost/testimage", "localhost", "latest"), ("namespace/pathcomponent/image", "docker.io", "latest"),
            ("a", "docker.io", "latest"), ("0", "docker.io", "latest"),
            ("us.gcr.io/project-id/image:with.period.in.tag", "us.gcr.io", "with.period.in.tag"),
            (
                "gcr.io/project-id/image:w1th-alpha_num3ric.PLUScaps", "gcr.io", "w1th-alpha_num3ric.PLUScaps"
            ),
            ("domain.with.port:9001/image:latest", "domain.with.port:9001", "latest"),
            // There, Docker Hub: Docker itself does not take it for that.
            ("registry-1.docker.io/containrrr/watchtower:latest", "registry-1.docker.io", "latest"),
        ])
    func `names are taken apart as others take them apart`(text: String, registry: String, tag: String) throws {
        let reference = try ImageReference(parsing: text)
        #expect(reference.registry == registry)
        #expect(reference.effectiveTag == tag)
    }

    /// A digest stands beside the tag. Diun drops the tag of `busybox:latest@sha256:…` and asks for `latest` where there is none.
    @Test(arguments: [
        ("busybox@sha256:\(hex)", nil), ("busybox:latest@sha256:\(hex)", "latest"),
        ("gcr.io/google-containers/busybox:latest@sha256:\(hex)", "latest"),
        ("gcr.io/jannfis/test-image:latest-bookworm@sha256:\(hex)", "latest-bookworm"),
        ("gcr.io/jannfis/test-image@sha256:\(hex)", nil), ("example.text:8443/foo/bar:latest@sha256:\(hex)", "latest"),
        ("example.text/foo/bar:v1.0.0-alpine@sha256:\(hex)", "v1.0.0-alpine"), ("library/nginx@sha256:\(hex)", nil),
    ])
    func `tag and digest are both kept`(text: String, tag: String?) throws {
        let reference = try ImageReference(parsing: text)
        #expect(reference.tag == tag && reference.effectiveTag == tag)
        #expect(reference.digest == Digest("sha256:\(hex)"))
    }

    @Test(arguments: [
        "UPPERCASEISINVALID", "", "white space", "gcr?com/x", "b@char/image", "/image", "docker.io/",
        "gcr.io/project-id/bad_chars:c@n'tuse", "gcr.io/project-id/wrong-length:white space",
        "gcr.io/project-id/too-many-chars:" + String(repeating: "thisisthetagthatneverends", count: 6),
        "gcr.io/project-id/unknown-alg@unknown:abc123", "gcr.io/project-id/wrong-length@sha256:d34db33fd34db33f",
        "gcr.io/project-id/missing-digest@", "invalid==foo",
        // Others take these: Argo CD's aliases, Keel's scheme, and digests that no registry knows.
        "jannfis/orig-image=gcr.io/jannfis/test-image:0.1", "https://httphost.sh/foo/bar:1.1",
        "gcr.io/jannfis/test-image@sha256:abcde", "myimg@sha256:1234567890abcdef", "::1/x",
    ])
    func `what names no image is refused`(text: String) {
        #expect(throws: ImageReferenceError.self) { try ImageReference(parsing: text) }
    }

    /// Keel `internal/k8s/running_digests_test.go`. A bare id may be a configuration's digest, which no registry knows; Keel takes
    /// it for the manifest's.
    @Test(arguments: [
        ("docker-pullable://foo/bar@sha256:\(hex)", "foo/bar:latest", true),
        ("foo/bar@sha256:\(hex)", "foo/bar:latest", true),
        ("registry:5000/foo/bar@sha256:\(hex)", "registry:5000/foo/bar", true), ("", "foo/bar:latest", false),
        ("foo/bar:latest", "foo/bar:latest", false), ("foo/bar@md5:\(hex.prefix(32))", "foo/bar:latest", false),
        ("sha256:\(hex)", "foo/bar:latest", false), ("docker://sha256:\(hex)", "foo/bar:latest", false),
    ])
    func `what runs is read from its id`(imageID: String, image: String, isKnown: Bool) throws {
        let reading = ImageIDReading(imageID: imageID, spec: try ImageReference(parsing: image))
        let digest = try #require(Digest("sha256:\(hex)"))
        #expect((reading == .digest(digest)) == isKnown)
    }

    /// Argo CD Image Updater `options_test.go` wants variants equal. A node runs older ones too, as containerd chooses.
    @Test(arguments: [
        ("linux/arm/v7", "linux/arm/v7", true), ("linux/arm/v8", "linux/arm/v8", true),
        ("linux/amd64", "linux/amd64", true), ("linux/arm/v6", "linux/arm/v7", false),
        ("linux/arm/v7", "linux/amd64", false), ("darwin/arm", "linux/arm/v7", false),
        ("linux/arm/v8", "linux/arm/v7", true), ("linux/arm", "linux/arm/v7", true),
        ("linux/arm64/v8", "linux/arm64", true),
    ])
    func `platforms fit`(node: String, image: String, fits: Bool) throws {
        #expect(try #require(Platform(node)).runs(#require(Platform(image))) == fits)
    }

    /// go-containerregistry `transport/ping_test.go`, Watchtower `auth_test.go`, which wants a scope and lower-cases the realm.
    @Test(
        arguments: [
            ("BASIC", .basic, [:]),
            (#"Bearer realm="http://auth.example.com/token""#, .bearer, ["realm": "http://auth.example.com/token"]),
            (
                #"bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:user/image:pull""#, .bearer,
                ["realm": "https://ghcr.io/token", "service": "ghcr.io", "scope": "repository:user/image:pull"]
            ),
            (
                #"Bearer service="gcr.io", realm="https://gcr.io/v2/Token""#, .bearer,
                ["realm": "https://gcr.io/v2/Token", "service": "gcr.io"]
            ),
        ] as [(String, AuthenticationChallenge.Scheme, [String: String])])
    func `challenges are read`(header: String, scheme: AuthenticationChallenge.Scheme, parameters: [String: String]) {
        let challenges = AuthenticationChallenge.parse(header)
        #expect(challenges.map(\.scheme) == [scheme])
        #expect(challenges.first?.parameters == parameters)
    }
}
