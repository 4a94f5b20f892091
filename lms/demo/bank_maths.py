"""Questions for Toán 8, written for the demo: identities, fractions, equations, functions, quadrilaterals, chance."""

from __future__ import annotations

from lms.demo.asking import Asked, Place, essay, four, gaps, match, number, one, order, several, truth, word

IDENTITIES = "Hằng đẳng thức đáng nhớ"
FRACTIONS = "Phân thức đại số"
EQUATIONS = "Phương trình bậc nhất một ẩn"
FUNCTIONS = "Hàm số và đồ thị"
QUADRILATERALS = "Tứ giác"
THALES = "Định lí Thalès"
PYTHAGORAS = "Định lí Pythagore"
CHANCE = "Xác suất"


def _at(level: str, topic: str, outcome: str) -> Place:
    return Place(level, topic, f"TOAN8.{outcome}")


def maths() -> list[Asked]:
    """All of them, topic by topic."""
    return [
        *_identities(),
        *_fractions(),
        *_equations(),
        *_functions(),
        *_quadrilaterals(),
        *_thales(),
        *_pythagoras(),
        *_chance(),
    ]


def _identities() -> list[Asked]:
    topic = IDENTITIES
    return [
        one(
            _at("NB", topic, "SĐ.2.2"),
            "Khai triển $(x+3)^2$ ta được",
            "$x^2+6x+9$",
            "$x^2+9$",
            "$x^2+3x+9$",
            "$x^2+6x+3$",
            why="Bình phương của một tổng: $(x+3)^2 = x^2 + 2\\cdot x\\cdot 3 + 3^2 = x^2+6x+9$.",
        ).named("binh-phuong-tong"),
        one(
            _at("NB", topic, "SĐ.2.2"),
            "Biểu thức nào dưới đây bằng $4x^2-25$?",
            "$(2x-5)(2x+5)$",
            "$(2x-5)^2$",
            "$(4x-5)(4x+5)$",
            "$(2x-25)(2x+1)$",
            why="$4x^2-25=(2x)^2-5^2$ là hiệu hai bình phương.",
        )
        .named("hieu-binh-phuong")
        .hinted("Viết $4x^2$ và 25 dưới dạng bình phương.", "Dùng $a^2-b^2=(a-b)(a+b)$."),
        one(
            _at("TH", topic, "SĐ.2.3"),
            "Phân tích đa thức $x^3-8$ thành nhân tử, ta được",
            "$(x-2)(x^2+2x+4)$",
            "$(x-2)(x^2-2x+4)$",
            "$(x-2)^3$",
            "$(x+2)(x^2-2x+4)$",
            why="Hiệu hai lập phương: $x^3-2^3=(x-2)(x^2+2x+4)$.",
        )
        .named("hieu-lap-phuong")
        .hinted("Số 8 là lập phương của số nào?"),
        truth(
            _at("NB", topic, "SĐ.2.1"),
            "Đẳng thức $(a-b)^2=a^2-b^2$ đúng với mọi số $a$, $b$.",
            False,
            why="Với $a=2$, $b=1$ vế trái bằng $1$, vế phải bằng $3$.",
        ),
        number(
            _at("VD", topic, "SĐ.2.3"),
            "Không dùng máy tính, hãy tính $101^2-99^2$.",
            "400",
            why="$(101-99)(101+99)=2\\cdot 200=400$.",
        )
        .named("tinh-nhanh")
        .hinted("Đây là hiệu hai bình phương."),
        match(
            _at("TH", topic, "SĐ.2.2"),
            "Nối mỗi biểu thức với dạng khai triển của nó.",
            {
                "$(x-1)^2$": "$x^2-2x+1$",
                "$(x+1)^3$": "$x^3+3x^2+3x+1$",
                "$(x-1)(x+1)$": "$x^2-1$",
                "$(x+1)(x^2-x+1)$": "$x^3+1$",
            },
            "$x^2+2x-1$",
        ).named("noi-khai-trien"),
        gaps(
            _at("TH", topic, "SĐ.2.2"),
            "Điền số thích hợp: $x^2-10x+$ [[25]] $=\\left(x-a\\right)^2$ với $a=$ [[5]].",
            why="$2\\cdot x\\cdot a=10x$ nên $a=5$ và $a^2=25$.",
        ).named("dien-binh-phuong"),
        four(
            _at("TH", topic, "SĐ.2.3"),
            "Cho $A=x^2-6x+9$.",
            {
                "$A=(x-3)^2$": True,
                "$A$ nhận giá trị âm khi $x=1$": False,
                "Giá trị nhỏ nhất của $A$ là $0$": True,
                "$A=(x+3)^2$ với mọi $x$": False,
            },
            why="$A=(x-3)^2\\ge 0$, bằng $0$ khi $x=3$.",
        ).named("bon-y-binh-phuong"),
        essay(
            _at("VD", topic, "SĐ.2.3"),
            "Một mảnh vườn hình vuông có cạnh $x$ (m), $x>4$. Người ta bớt mỗi chiều $4$ m để làm lối đi, phần còn lại "
            "vẫn là hình vuông.\n\na) Viết biểu thức tính diện tích lối đi.\n\nb) Phân tích biểu thức đó thành nhân tử "
            "rồi tính diện tích lối đi khi $x=24$.",
            "a) Viết đúng $x^2-(x-4)^2$: 0,75 điểm.\n\nb) Phân tích thành $4(2x-4)$ hoặc $8(x-2)$: 0,75 điểm; tính "
            "đúng "
            "$176$ m²: 0,5 điểm.",
            why="$x^2-(x-4)^2=(x-x+4)(x+x-4)=4(2x-4)=8(x-2)$. Với $x=24$: $8\\cdot 22=176$ (m²).",
        ).named("vuon-hinh-vuong"),
    ]


def _fractions() -> list[Asked]:
    topic = FRACTIONS
    return [
        one(
            _at("NB", topic, "SĐ.3.1"),
            "Điều kiện xác định của phân thức $\\dfrac{x+2}{x-5}$ là",
            "$x\\ne 5$",
            "$x\\ne -2$",
            "$x\\ne 0$",
            "$x=5$",
            why="Mẫu thức phải khác $0$: $x-5\\ne 0$.",
        ).named("dieu-kien"),
        one(
            _at("NB", topic, "SĐ.3.2"),
            "Phân thức nào bằng phân thức $\\dfrac{2x}{3y}$ (với $x,y\\ne 0$)?",
            "$\\dfrac{4x^2}{6xy}$",
            "$\\dfrac{2x+1}{3y+1}$",
            "$\\dfrac{2x^2}{3y^2}$",
            "$\\dfrac{4x}{3y}$",
            why="Nhân cả tử và mẫu với $2x$.",
        ).named("phan-thuc-bang"),
        one(
            _at("TH", topic, "SĐ.3.3"),
            "Rút gọn phân thức $\\dfrac{x^2-9}{x^2-3x}$ với $x\\ne 0$, $x\\ne 3$, ta được",
            "$\\dfrac{x+3}{x}$",
            "$\\dfrac{x-3}{x}$",
            "$\\dfrac{9}{3x}$",
            "$x+3$",
            why="$\\dfrac{(x-3)(x+3)}{x(x-3)}=\\dfrac{x+3}{x}$.",
        )
        .named("rut-gon")
        .hinted("Phân tích tử thức và mẫu thức thành nhân tử.", "Tử thức là hiệu hai bình phương."),
        number(
            _at("TH", topic, "SĐ.3.1"),
            "Tính giá trị của phân thức $\\dfrac{x^2+1}{x-1}$ tại $x=3$.",
            "5",
            why="$\\dfrac{9+1}{3-1}=5$.",
        ).named("gia-tri"),
        truth(
            _at("NB", topic, "SĐ.3.1"),
            "Mỗi đa thức cũng được coi là một phân thức đại số.",
            True,
            why="Đa thức $A$ là phân thức có mẫu bằng $1$.",
        ),
        one(
            _at("TH", topic, "SĐ.3.3"),
            "Kết quả của phép cộng $\\dfrac{1}{x}+\\dfrac{1}{x+1}$ là",
            "$\\dfrac{2x+1}{x(x+1)}$",
            "$\\dfrac{2}{2x+1}$",
            "$\\dfrac{2}{x(x+1)}$",
            "$\\dfrac{1}{x(x+1)}$",
        ),
        order(
            _at("TH", topic, "SĐ.3.3"),
            "Sắp xếp các bước cộng hai phân thức khác mẫu.",
            "Phân tích các mẫu thức thành nhân tử",
            "Tìm mẫu thức chung",
            "Tìm nhân tử phụ của mỗi mẫu thức",
            "Quy đồng rồi cộng các tử thức",
            "Rút gọn kết quả",
        ),
        several(
            _at("TH", topic, "SĐ.3.2"),
            "Những phân thức nào bằng $\\dfrac{1}{x-2}$ tại mọi giá trị mà hai phân thức cùng xác định?",
            ["$\\dfrac{x+2}{x^2-4}$", "$\\dfrac{-1}{2-x}$"],
            ["$\\dfrac{1}{2-x}$", "$\\dfrac{x}{x^2-2}$"],
        ),
    ]


def _equations() -> list[Asked]:
    topic = EQUATIONS
    return [
        one(
            _at("NB", topic, "SĐ.6.1"),
            "Phương trình nào là phương trình bậc nhất một ẩn?",
            "$2x-7=0$",
            "$x^2-1=0$",
            "$0x+3=0$",
            "$\\dfrac{1}{x}+2=0$",
        ),
        one(
            _at("NB", topic, "SĐ.6.2"),
            "Nghiệm của phương trình $3x-12=0$ là",
            "$x=4$",
            "$x=-4$",
            "$x=9$",
            "$x=15$",
            why="$3x=12$ nên $x=4$.",
        ),
        number(
            _at("TH", topic, "SĐ.6.2"),
            "Giải phương trình $5(x-2)=3x+4$. Giá trị của $x$ là bao nhiêu?",
            "7",
            why="$5x-10=3x+4\\Rightarrow 2x=14\\Rightarrow x=7$.",
        ).named("giai-phuong-trinh"),
        order(
            _at("TH", topic, "SĐ.6.2"),
            "Sắp xếp các dòng để được lời giải phương trình $4x-3=2x+9$.",
            "$4x-3=2x+9$",
            "$4x-2x=9+3$",
            "$2x=12$",
            "$x=6$",
        ).named("xep-loi-giai"),
        four(
            _at("TH", topic, "SĐ.6.2"),
            "Cho phương trình $(m-1)x=6$ với ẩn $x$.",
            {
                "Với $m=3$ phương trình có nghiệm $x=3$": True,
                "Với $m=1$ phương trình có vô số nghiệm": False,
                "Với $m=1$ phương trình vô nghiệm": True,
                "Với mọi $m\\ne 1$ phương trình có đúng một nghiệm": True,
            },
        ).named("bon-y-tham-so"),
        number(
            _at("VD", topic, "SĐ.6.3"),
            "Một xe máy đi từ A đến B với vận tốc $40$ km/h rồi quay về với vận tốc $30$ km/h. Cả đi và về hết $3,5$ "
            "giờ. Quãng đường AB dài bao nhiêu ki-lô-mét?",
            "60",
            why="Gọi AB dài $x$ km: $\\dfrac{x}{40}+\\dfrac{x}{30}=3{,}5\\Rightarrow 7x=420\\Rightarrow x=60$.",
        ).named("xe-may"),
        essay(
            _at("VD", topic, "SĐ.6.3"),
            "Lớp 8A quyên góp được $118$ quyển vở. Số vở của tổ Một nhiều hơn tổ Hai $6$ quyển, tổ Ba bằng một nửa "
            "tổng "
            "số vở của hai tổ kia trừ đi $2$ quyển. Mỗi tổ góp bao nhiêu quyển?",
            "Chọn ẩn và điều kiện: 0,5 điểm. Lập đúng phương trình: 0,75 điểm. Giải đúng: 0,5 điểm. Trả lời: 0,25 "
            "điểm.",
            why="Gọi số vở tổ Hai là $x$. Tổ Một: $x+6$; tổ Ba: $\\dfrac{2x+6}{2}-2=x+1$. "
            "$3x+7=118\\Rightarrow x=37$. Các tổ góp $43$, $37$ và $38$ quyển.",
        ),
    ]


def _functions() -> list[Asked]:
    topic = FUNCTIONS
    return [
        one(
            _at("NB", topic, "SĐ.5.3"),
            "Hệ số góc của đường thẳng $y=-2x+5$ là",
            "$-2$",
            "$5$",
            "$2$",
            "$-\\dfrac{5}{2}$",
        ).named("he-so-goc"),
        one(
            _at("NB", topic, "SĐ.4.2"),
            "Cho hàm số $f(x)=3x-1$. Giá trị $f(2)$ bằng",
            "$5$",
            "$6$",
            "$7$",
            "$1$",
        ).named("gia-tri-ham"),
        one(
            _at("TH", topic, "SĐ.5.4"),
            "Đường thẳng nào song song với đường thẳng $y=3x-1$?",
            "$y=3x+4$",
            "$y=-3x-1$",
            "$y=\\dfrac{1}{3}x-1$",
            "$y=x-1$",
            why="Hai đường thẳng song song có cùng hệ số góc và khác tung độ gốc.",
        ).named("song-song"),
        one(
            _at("TH", topic, "SĐ.5.2"),
            "Đồ thị trong hình là của hàm số nào?",
            "$y=x+1$",
            "$y=x-1$",
            "$y=-x+1$",
            "$y=2x+1$",
            why="Đường thẳng đi qua $(0;1)$ và $(-1;0)$.",
        )
        .drawn("duong-thang")
        .named("doc-do-thi"),
        four(
            _at("TH", topic, "SĐ.5.5"),
            "Giá một chuyến xe gồm $10$ nghìn đồng mở cửa và $12$ nghìn đồng cho mỗi ki-lô-mét. Gọi $y$ (nghìn đồng) "
            "là "
            "số tiền phải trả cho $x$ ki-lô-mét.",
            {
                "$y=12x+10$": True,
                "Đi $5$ km phải trả $60$ nghìn đồng": False,
                "Với $130$ nghìn đồng thì đi được $10$ km": True,
                "Đồ thị của hàm số đi qua gốc toạ độ": False,
            },
        ).named("bon-y-taxi"),
        several(
            _at("TH", topic, "SĐ.4.3"),
            "Những điểm nào thuộc đồ thị hàm số $y=2x-3$?",
            ["$A(2;1)$", "$B(0;-3)$"],
            ["$C(1;1)$", "$D(-3;0)$"],
        ).named("diem-thuoc"),
        gaps(
            _at("NB", topic, "SĐ.5.1"),
            "Bảng giá trị của hàm số $y=2x+1$: khi $x=0$ thì $y=$ [[1]]; khi $x=-1$ thì $y=$ [[-1|−1]].",
        ),
    ]


def _quadrilaterals() -> list[Asked]:
    topic = QUADRILATERALS
    return [
        number(
            _at("NB", topic, "HĐ.3.2"),
            "Tứ giác $ABCD$ có $\\widehat{A}=80^\\circ$, $\\widehat{B}=110^\\circ$, $\\widehat{C}=95^\\circ$. Số đo "
            "góc "
            "$D$ bằng bao nhiêu độ?",
            "75",
            why="Tổng các góc của tứ giác bằng $360^\\circ$.",
        ),
        one(
            _at("NB", topic, "HĐ.4.3"),
            "Khẳng định nào đúng với mọi hình bình hành?",
            "Hai đường chéo cắt nhau tại trung điểm của mỗi đường",
            "Hai đường chéo bằng nhau",
            "Hai đường chéo vuông góc với nhau",
            "Bốn cạnh bằng nhau",
        ),
        one(
            _at("TH", topic, "HĐ.4.6"),
            "Hình bình hành có hai đường chéo bằng nhau là",
            "hình chữ nhật",
            "hình thoi",
            "hình thang cân",
            "hình vuông",
        ),
        match(
            _at("TH", topic, "HĐ.4.8"),
            "Nối mỗi dấu hiệu với hình mà nó cho biết.",
            {
                "Hình thang có hai đường chéo bằng nhau": "Hình thang cân",
                "Hình bình hành có hai đường chéo vuông góc": "Hình thoi",
                "Tứ giác có ba góc vuông": "Hình chữ nhật",
                "Hình thoi có một góc vuông": "Hình vuông",
            },
        ),
        word(
            _at("NB", topic, "HĐ.4.1"),
            "Hình thang có hai góc kề một đáy bằng nhau gọi là hình gì?",
            "hình thang cân",
            "thang cân",
        ),
        truth(
            _at("TH", topic, "HĐ.4.10"),
            "Mọi hình chữ nhật có hai đường chéo vuông góc đều là hình vuông.",
            True,
        ),
        essay(
            _at("VD", topic, "HĐ.4.4"),
            "Cho hình bình hành $ABCD$. Gọi $M$, $N$ lần lượt là trung điểm của $AB$ và $CD$. Chứng minh $AMCN$ là "
            "hình "
            "bình hành.",
            "Nêu $AM\\parallel CN$: 0,75 điểm. Nêu $AM=CN$: 0,75 điểm. Kết luận theo dấu hiệu: 0,5 điểm.",
            why="$AB\\parallel CD$ và $AB=CD$ nên $AM\\parallel CN$ và $AM=CN$.",
        ),
    ]


def _thales() -> list[Asked]:
    topic = THALES
    return [
        number(
            _at("TH", topic, "HĐ.5.4"),
            "Trong hình, $MN\\parallel BC$, $AM=4$ cm, $MB=2$ cm, $AN=6$ cm. Tính độ dài $NC$ (cm).",
            "3",
            why="$\\dfrac{AM}{MB}=\\dfrac{AN}{NC}\\Rightarrow NC=\\dfrac{2\\cdot 6}{4}=3$.",
        ).drawn("thales"),
        one(
            _at("NB", topic, "HĐ.5.2"),
            "Tam giác $ABC$ có $M$, $N$ là trung điểm của $AB$ và $AC$, $BC=10$ cm. Độ dài $MN$ bằng",
            "$5$ cm",
            "$10$ cm",
            "$20$ cm",
            "$2{,}5$ cm",
            why="Đường trung bình song song với cạnh thứ ba và bằng nửa cạnh ấy.",
        ),
        truth(
            _at("NB", topic, "HĐ.5.1"),
            "Nếu một đường thẳng cắt hai cạnh của tam giác và định ra trên hai cạnh đó những đoạn thẳng tương ứng tỉ "
            "lệ "
            "thì nó song song với cạnh còn lại.",
            True,
            why="Đó là định lí Thalès đảo.",
        ),
        number(
            _at("VD", topic, "HĐ.5.5"),
            "Một cột đèn cao $6$ m. Bạn Minh cao $1{,}5$ m đứng cách chân cột $9$ m. Bóng của Minh dưới ánh đèn dài "
            "bao "
            "nhiêu mét?",
            "3",
            why="Gọi bóng dài $x$: $\\dfrac{x}{x+9}=\\dfrac{1{,}5}{6}\\Rightarrow x=3$.",
        ),
    ]


def _pythagoras() -> list[Asked]:
    topic = PYTHAGORAS
    return [
        one(
            _at("NB", topic, "HĐ.2.1"),
            "Tam giác $ABC$ vuông tại $A$. Hệ thức nào đúng?",
            "$BC^2=AB^2+AC^2$",
            "$AB^2=BC^2+AC^2$",
            "$AC^2=AB^2+BC^2$",
            "$BC=AB+AC$",
        ),
        number(
            _at("TH", topic, "HĐ.2.2"),
            "Một tam giác vuông có hai cạnh góc vuông dài $6$ cm và $8$ cm. Cạnh huyền dài bao nhiêu xăng-ti-mét?",
            "10",
        ),
        number(
            _at("VD", topic, "HĐ.2.3"),
            "Một chiếc thang dài $5$ m dựa vào tường, chân thang cách tường $1{,}4$ m. Đầu thang chạm tường ở độ cao "
            "bao "
            "nhiêu mét? (Làm tròn đến hàng phần mười.)",
            "4.8",
            why="$\\sqrt{5^2-1{,}4^2}=\\sqrt{23{,}04}=4{,}8$ (m).",
        ).drawn("thang"),
        several(
            _at("TH", topic, "HĐ.2.1"),
            "Những bộ ba nào là độ dài ba cạnh của một tam giác vuông?",
            ["$5;\\ 12;\\ 13$", "$9;\\ 12;\\ 15$"],
            ["$4;\\ 5;\\ 6$", "$7;\\ 8;\\ 10$"],
        ),
    ]


def _chance() -> list[Asked]:
    topic = CHANCE
    return [
        one(
            _at("NB", topic, "TX.4.1"),
            "Gieo một con xúc xắc cân đối. Xác suất của biến cố “Số chấm là số chẵn” bằng",
            "$\\dfrac{1}{2}$",
            "$\\dfrac{1}{3}$",
            "$\\dfrac{1}{6}$",
            "$\\dfrac{2}{3}$",
        ),
        one(
            _at("TH", topic, "TX.4.2"),
            "Tung một đồng xu $200$ lần, mặt ngửa xuất hiện $96$ lần. Xác suất thực nghiệm của biến cố “Mặt ngửa” là",
            "$0{,}48$",
            "$0{,}5$",
            "$0{,}96$",
            "$0{,}52$",
        ),
        four(
            _at("TH", topic, "TX.4.1"),
            "Một hộp có $5$ bi xanh, $3$ bi đỏ và $2$ bi vàng cùng kích thước. Lấy ngẫu nhiên một viên bi.",
            {
                "Xác suất lấy được bi xanh là $\\dfrac{1}{2}$": True,
                "Xác suất lấy được bi đỏ lớn hơn xác suất lấy được bi xanh": False,
                "Xác suất lấy được bi không vàng là $0{,}8$": True,
                "Xác suất lấy được bi trắng là $0$": True,
            },
        ),
        word(
            _at("NB", topic, "TX.4.1"),
            "Biến cố không bao giờ xảy ra được gọi là biến cố gì?",
            "không thể",
            "biến cố không thể",
        ),
    ]
