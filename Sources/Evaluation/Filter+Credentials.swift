// SPDX-License-Identifier: Apache-2.0
import Essentials
import OCIModel

extension Filter {
    /// Which credentials of some pull secrets are tried for an image.
    static let credentials = Filter(
        "credentials",
        "Which credentials of some pull secrets are tried for an image, in which order, by the kubelet's rules.",
        input: [
            Member("image", "string", "As written in a Pod.", isRequired: true),
            Member(
                "configurations", "objects", "The secrets' contents, in the order in which the Pod names them.",
                isRequired: true),
            Member(
                "form", "string",
                "Of all of them: `dockerconfigjson`, with the registries under `auths`, or `dockercfg`, of old; the first where it is absent."
            ),
        ],
        output: [
            Member(
                "credentials", "objects",
                "`registryKey` and `username` of each, the first to try first. No password is ever written."),
            Member("unreadable", "objects", "`index` and `reason` of configurations that hold none."),
        ],
        examples: [
            [
                "image": "registry.example.com/team/app:1",
                "configurations": [
                    [
                        "auths": [
                            "registry.example.com": ["auth": "YWxsOnBhc3N3b3Jk"],
                            "https://registry.example.com/v1/team": ["username": "team", "password": "password"],
                            "*.example.com": ["username": "any", "password": "password"],
                            "registry.example.com:5000": ["username": "other", "password": "password"],
                        ]
                    ]
                ],
            ],
            ["image": "nginx", "form": "dockercfg", "configurations": [["auths": [:]], [:]]],
        ],
        notes: """
            The rules are those of Kubernetes `pkg/credentialprovider`: parts of the host may be patterns, the port is equal, the path \
            is a prefix of the text, the most specific registry goes first and all that fit are tried. One difference is meant: \
            `index.docker.io` stands for Docker Hub and for nothing else, where the kubelet also takes it for `localhost/app`.
            """
    ) { (input) throws(FilterError) in
        let image = try reference(input.string("image"))
        let form: PullCredentials.Form
        switch try input.string("form", default: "dockerconfigjson") {
        case "dockerconfigjson": form = .dockerConfigJSON
        case "dockercfg": form = .dockercfg
        default: throw FilterError("form: is neither; write dockerconfigjson or dockercfg")
        }
        var credentials = PullCredentials()
        var unreadable: [JSONValue] = []
        for (index, configuration) in try input.objects("configurations").enumerated() {
            do throws(PullCredentials.Problem) {
                try credentials.add(configuration.canonicalBytes, form)
            } catch {
                unreadable.append(["index": .integer(Int64(index)), "reason": .string(reason(error))])
            }
        }
        let found = credentials.credentials(for: image).map { credential -> JSONValue in
            ["registryKey": .string(credential.registryKey), "username": .string(credential.username)]
        }
        return ["credentials": .array(found), "unreadable": .array(unreadable)]
    }

    private static func reason(_ problem: PullCredentials.Problem) -> String {
        switch problem {
        case .tooLarge: "TooLarge"
        case .notJSON: "NotJSON"
        case .noRegistries: "NoRegistries"
        }
    }
}
